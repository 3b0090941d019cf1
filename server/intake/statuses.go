package intake

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"hookbeam/server/filter"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

var (
	colorPattern = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	// hostPattern matches hosts with a port. Hosts become part of a content security policy, so wildcards and
	// separators are excluded.
	hostPattern = regexp.MustCompile(`^[0-9a-zA-Z.:\[\]_-]+$`)
)

// validateStatuses returns a sentence for the user about the first rule for an endpoint's statuses that is not valid,
// or "". It does not look at the mapping, which package expr compiles.
func validateStatuses(s hook.StatusRules) string {
	if len(s.References) > 8 {
		return "statuses.references can have at most 8 paths."
	}
	for _, path := range s.References {
		if len(path) > 200 || !payload.IsReferencePath(path) {
			return fmt.Sprintf("%q in statuses.references is not a valid path. "+
				"Separate the names with dots, as in data.object.metadata.cart. "+
				`A name that has dots itself goes in quotes.`, path)
		}
	}
	if path := s.ReferenceScope; path != "" && (len(path) > 200 || !payload.IsReferencePath(path)) {
		return fmt.Sprintf("%q in statuses.references_scope is not a valid path. "+
			"Separate the names with dots, as in data.object.metadata.site_url.", path)
	}
	return validatePage(s.Page)
}

// validateOnly returns a problem if the filter that selects the deliveries for statuses does not parse, or asks for the
// state of a status: a status would then depend on itself, and on the order in which deliveries arrive. The problem has
// the kind hook.ErrContradiction and the code filter_invalid, and says at which position of the text the mistake is.
func validateOnly(text string) error {
	f, err := filter.Parse(text)
	detail := ""
	switch {
	case err != nil:
		detail = err.Error()
	case f.Root() != nil:
		if at, found := stateIn(f.Root()); found {
			detail = fmt.Sprintf("invalid filter at position %d: A filter that selects the deliveries for statuses "+
				"cannot ask for a state. Filter by what the delivery contains.", at+1)
		}
	}
	if detail == "" {
		return nil
	}
	return &hook.Problem{Kind: hook.ErrContradiction, Code: "filter_invalid", Detail: "In statuses.only, " + detail}
}

// stateIn returns the position of the first term that asks for the state of a status.
func stateIn(n filter.Node) (at int, found bool) {
	var inside []filter.Node
	keys := func(keys ...filter.Key) (int, bool) {
		for _, key := range keys {
			if key.Name == "state" || key.Name == "status" {
				return key.Start, true
			}
		}
		return 0, false
	}
	switch n := n.(type) {
	case filter.And:
		inside = n.Nodes
	case filter.Or:
		inside = n.Nodes
	case filter.Not:
		inside = []filter.Node{n.Node}
	case filter.Compare:
		return keys(n.Key)
	case filter.Has:
		return keys(n.Keys...)
	}
	for _, node := range inside {
		if at, found = stateIn(node); found {
			return at, true
		}
	}
	return 0, false
}

// validatePage returns a sentence for the user about the first invalid setting of the status page, or "". The settings
// become part of the page's HTML and of its content security policy, which restricts what URLs and origins may contain.
func validatePage(p hook.Page) string {
	switch {
	case utf8.RuneCountInString(p.Name) > 80 || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }):
		return "statuses.page.name must have at most 80 characters, all printable."
	case p.Color != "" && !colorPattern.MatchString(p.Color):
		return "statuses.page.color must be a hexadecimal color such as #0a7f5c."
	case p.Logo != "" && !isAddress(p.Logo, "https"):
		return "statuses.page.logo must be the https URL of an image."
	case p.Back != "" && !isAddress(p.Back, "https", "http"):
		return "statuses.page.back must be an http or https URL."
	case len(p.Embed) > 20:
		return "statuses.page.embed can have at most 20 origins."
	}
	for _, field := range p.Hidden {
		if !slices.Contains([]string{"amount", "reference", "timeline"}, field) {
			return fmt.Sprintf("%q in statuses.page.hidden cannot be hidden. "+
				"You can hide amount, reference and timeline.", field)
		}
	}
	for _, origin := range p.Embed {
		if !isOrigin(origin) {
			return fmt.Sprintf("%q in statuses.page.embed is not a valid origin. "+
				"Write scheme and host, as in https://shop.example. http is allowed only for localhost.", origin)
		}
	}
	return ""
}

// isAddress reports whether text is an absolute URL with one of the schemes, without credentials, that can be part of a
// content security policy without changing its meaning.
func isAddress(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && slices.Contains(schemes, u.Scheme) &&
		u.Hostname() != "" && u.User == nil && u.Opaque == "" &&
		!strings.ContainsAny(text, " ;,'\"<>\\") && hostPattern.MatchString(u.Host)
}

// isOrigin reports whether text is an origin as browsers write it, such as https://shop.example. It must be https,
// because anyone on the network could change a page of plain HTTP that frames the status; only loopback may be http.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !isAddress(text, "https", "http") || text != u.Scheme+"://"+strings.ToLower(u.Host) {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
