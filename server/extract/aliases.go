package extract

import (
	"net/url"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// aliases reads the ids at some places.
func (x *extraction) aliases(specs []AliasSpec) []string {
	if len(specs) == 0 {
		return nil
	}
	all := make([]string, 0, len(specs))
	for i := range specs {
		if specs[i].fallback && len(all) > 0 {
			continue
		}
		all = addAlias(all, specs[i].prefix, x.alias(&specs[i]))
	}
	return all
}

// alias returns the id of an alias, without the prefix; "" if a part of a composite id is missing.
func (x *extraction) alias(a *AliasSpec) (id string) {
	last := len(a.at) - 1
	for i, selector := range a.at {
		part := x.TextOrID(selector)
		if i == last {
			part = a.idIn(part)
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

// idIn returns the id in the text of a field: the text itself, or a segment of a URL if After was set.
func (a *AliasSpec) idIn(text string) string {
	if a.after == "" {
		return text
	}
	_, text, _ = strings.Cut(text, a.after)
	if end := strings.IndexAny(text, "/?"); end >= 0 {
		text = text[:end]
	}
	return text
}

// addReferences adds the merchant's own references: first those of the sender's SubjectSpec, then those at the paths
// of the endpoint's settings. The first one is also shown as the reference. Of subjects that are not paid they are
// aliases.
func (x *extraction) addReferences(s *hook.Statement, spec *SubjectSpec) {
	into := &s.Aliases
	if isMoney(s.Subject) {
		into = &s.References
	}
	add := func(text string) {
		if text = strings.TrimSpace(text); text == "" || len(text) > maxName || !payload.Printable(text) {
			return
		}
		if s.Reference == "" {
			s.Reference = text
		}
		*into = addAlias(*into, "order", text)
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
	if len(*into) > 0 {
		for i := range spec.OtherReferences {
			*into = addAlias(*into, spec.OtherReferences[i].prefix, x.alias(&spec.OtherReferences[i]))
		}
	}
}

// customer returns the customer's email address; "" for a text that cannot be one.
func (x *extraction) customer(spec *SubjectSpec) string {
	mail := x.first(spec.Customer, maxMail)
	if !strings.Contains(mail, "@") || slices.Contains(spec.NoCustomer, mail) {
		return ""
	}
	return mail
}

// url returns the address of a page about the subject; "" unless it is an absolute http or https URL. A page links to
// it, so schemes such as javascript are refused.
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

// title renders the first template whose selectors all have a text.
func (x *extraction) title(spec *SubjectSpec) string {
	for _, template := range spec.Titles {
		if title := x.render(template); title != "" && len(title) <= maxName && payload.Printable(title) {
			return title
		}
	}
	return ""
}

// render fills in a template; "" if one of its selectors has no text.
func (x *extraction) render(template payload.Template) string {
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
