package extract

import (
	"net/url"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// aliases reads the names of a subject.
func (x *extraction) aliases(spec *SubjectSpec) []string {
	all := make([]string, 0, len(spec.Aliases)+len(spec.References))
	for i := range spec.Aliases {
		if spec.Aliases[i].fallback && len(all) > 0 {
			continue
		}
		all = addAlias(all, spec.Aliases[i].prefix, x.alias(&spec.Aliases[i]))
	}
	return all
}

// alias is a name without its prefix; "" where a part of it is missing.
func (x *extraction) alias(a *AliasSpec) (id string) {
	last := len(a.at) - 1
	for i, selector := range a.at {
		part := x.TextOrID(selector)
		if i == last {
			part = a.cut(part)
		}
		if part == "" {
			return ""
		}
		if i > 0 {
			id += "/"
		}
		id += part
	}
	return id
}

// cut takes the name out of an address, where it stands in one.
func (a *AliasSpec) cut(text string) string {
	if a.after == "" {
		return text
	}
	_, text, _ = strings.Cut(text, a.after)
	if end := strings.IndexAny(text, "/?"); end >= 0 {
		text = text[:end]
	}
	return text
}

// refer adds the shop's own names: those known of the sender, then those that the endpoint knows.
func (x *extraction) refer(s *hook.Statement, spec *SubjectSpec) {
	add := func(text string) {
		if text = strings.TrimSpace(text); text == "" || len(text) > maxName || !payload.Printable(text) {
			return
		}
		if s.Reference == "" {
			s.Reference = text
		}
		s.Names = addAlias(s.Names, "order", text)
	}
	if x.outcome(&spec.CopiedReferences).Kind == "" {
		for _, selector := range spec.References {
			add(x.TextOrID(selector))
		}
	}
	own := x.endpoint.Statuses.References
	for _, path := range own[:min(len(own), maxReferences)] {
		if len(path) <= maxName {
			add(x.PathText(payload.ParsePath(path)))
		}
	}
}

// customer reads a mail address.
func (x *extraction) customer(spec *SubjectSpec) string {
	mail := x.first(spec.Customer, maxMail)
	if !strings.Contains(mail, "@") {
		return ""
	}
	return mail
}

// url reads the address of a page that people can open.
func (x *extraction) url(spec *SubjectSpec) string {
	address := x.first(spec.URLs, maxURL)
	if address == "" {
		return ""
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return address
}

// title fills the first template of which every part is there.
func (x *extraction) title(spec *SubjectSpec) string {
	for _, template := range spec.Titles {
		if title := x.fill(template); title != "" && len(title) <= maxName && payload.Printable(title) {
			return title
		}
	}
	return ""
}

// fill fills a template; "" where one of its selectors has nothing.
func (x *extraction) fill(template payload.Template) string {
	var b strings.Builder
	for i := range template {
		b.WriteString(template[i].Text)
		if template[i].Selector.IsZero() {
			continue
		}
		text := x.TextOrID(template[i].Selector)
		if text == "" {
			return ""
		}
		b.WriteString(text)
	}
	return b.String()
}
