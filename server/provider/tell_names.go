package provider

import (
	"net/url"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

func (t *telling) names(of *thing) []string {
	names := make([]string, 0, len(of.names)+len(of.references))
	for i := range of.names {
		if of.names[i].spare && len(names) > 0 {
			continue
		}
		names = addName(names, of.names[i].prefix, t.name(&of.names[i]))
	}
	return names
}

// name is a name without its prefix; "" where a part of it is missing.
func (t *telling) name(n *naming) string {
	var id string
	for rest := n.at; ; id += "/" {
		spot, more, several := strings.Cut(rest, "+")
		part := t.read(spot)
		if !several {
			part = n.cut(part)
		}
		if part == "" {
			return ""
		}
		if id += part; !several {
			return id
		}
		rest = more
	}
}

func (n *naming) cut(text string) string {
	if n.behind == "" {
		return text
	}
	_, text, _ = strings.Cut(text, n.behind)
	if end := strings.IndexAny(text, "/?"); end >= 0 {
		text = text[:end]
	}
	return text
}

func addName(names []string, prefix, id string) []string {
	if id == "" || len(prefix)+1+len(id) > maxName || len(names) == maxNames || !printable(id) {
		return names
	}
	if name := prefix + "/" + id; !slices.Contains(names, name) {
		names = append(names, name)
	}
	return names
}

// refer adds the shop's own names: those known of the sender, then those that the endpoint knows.
func (t *telling) refer(s *hook.Statement, of *thing) {
	add := func(text string) {
		if text = strings.TrimSpace(text); text == "" || len(text) > maxName || !printable(text) {
			return
		}
		if s.Reference == "" {
			s.Reference = text
		}
		s.Names = addName(s.Names, "order", text)
	}
	if t.word(&of.lent).kind == "" {
		for _, spot := range of.references {
			add(t.read(spot))
		}
	}
	own := t.endpoint.Statuses.References
	for _, path := range own[:min(len(own), maxReferences)] {
		if len(path) > maxName {
			continue
		}
		text := t.item.text(path)
		if text == "" {
			text = t.body.text(path)
		}
		add(text)
	}
}

// first returns the text at the first of some spots where there is one of a length that can be.
func (t *telling) first(spots []string, most int) string {
	for _, spot := range spots {
		if text := t.read(spot); text != "" && len(text) <= most && printable(text) {
			return text
		}
	}
	return ""
}

func (t *telling) customer(of *thing) string {
	mail := t.first(of.customer, maxMail)
	if !strings.Contains(mail, "@") {
		return ""
	}
	return mail
}

func (t *telling) url(of *thing) string {
	address := t.first(of.urls, maxURL)
	if address == "" {
		return ""
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return address
}

func (t *telling) title(of *thing) string {
	for _, template := range of.titles {
		if title := t.fill(template); title != "" && len(title) <= maxName && printable(title) {
			return title
		}
	}
	return ""
}

// fill writes a template; "" where one of its spots has nothing.
func (t *telling) fill(template string) string {
	var b strings.Builder
	for {
		plain, rest, more := strings.Cut(template, "{")
		b.WriteString(plain)
		if !more {
			return b.String()
		}
		spot, behind, _ := strings.Cut(rest, "}")
		text := t.read(spot)
		if text == "" {
			return ""
		}
		b.WriteString(text)
		template = behind
	}
}
