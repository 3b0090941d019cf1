package intake

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"hookbeam/server/hook"
)

var (
	colorForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	hostForm  = regexp.MustCompile(`^[0-9a-zA-Z.:\[\]_-]+$`) // as it stands in a page's policy: no wildcards
)

// validateStatuses returns a sentence for people about the first rule of an endpoint's statuses that is not
// valid; "": all are valid.
func validateStatuses(s hook.StatusRules) string {
	if len(s.References) > 8 {
		return "statuses.references has at most 8 paths."
	}
	for _, path := range s.References {
		if path == "" || len(path) > 200 || strings.ContainsAny(path, " |#*?@{}[]\"") {
			return fmt.Sprintf("%q in statuses.references is no path. "+
				"Write names with dots between, as in data.object.metadata.cart.", path)
		}
	}
	return validatePage(s.Page)
}

// validatePage does the same for the look of the status page, whose texts go into HTML and a content policy.
func validatePage(p hook.Page) string {
	switch {
	case utf8.RuneCountInString(p.Name) > 80 || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }):
		return "statuses.page.name has at most 80 characters, all printable."
	case p.Color != "" && !colorForm.MatchString(p.Color):
		return "statuses.page.color is a colour such as #0a7f5c."
	case p.Logo != "" && !isAddress(p.Logo, "https"):
		return "statuses.page.logo is the https address of a picture."
	case p.Back != "" && !isAddress(p.Back, "https", "http"):
		return "statuses.page.back is an http or https address."
	case len(p.Embed) > 20:
		return "statuses.page.embed has at most 20 origins."
	}
	for _, field := range p.Hidden {
		if !slices.Contains([]string{"amount", "reference", "timeline"}, field) {
			return fmt.Sprintf("%q in statuses.page.hidden cannot be hidden; amount, reference and timeline can.",
				field)
		}
	}
	for _, origin := range p.Embed {
		if !isOrigin(origin) {
			return fmt.Sprintf("%q in statuses.page.embed is no origin. "+
				"Write scheme and host as in https://shop.example; http only for localhost.", origin)
		}
	}
	return ""
}

// isAddress reports whether text is an absolute URL of one of the schemes that is safe inside a content policy.
func isAddress(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && slices.Contains(schemes, u.Scheme) &&
		u.Hostname() != "" && u.User == nil && u.Opaque == "" && !strings.ContainsAny(text, " ;,'\"<>\\") && hostForm.MatchString(u.Host)
}

// isOrigin reports whether text is an origin as a browser writes it, and a frame from there shows nobody on the way
// what it shows.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !isAddress(text, "https", "http") || text != u.Scheme+"://"+strings.ToLower(u.Host) {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
