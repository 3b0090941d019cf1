package provider

import (
	"encoding/hex"
	"net/url"
	"strings"
)

// addresses returns what the sender may have signed as the endpoint's address: as registered, and with the path and
// the query that the request came with.
func (ru *rule) addresses(q *request) []string {
	if !strings.Contains(ru.message, "{url}") {
		return []string{""}
	}
	base := q.endpoint.SignedURL
	if base == "" {
		base = q.URL
	}
	found := []string{base}
	whole := base
	if q.record.Path != "/" && !strings.Contains(base, "?") {
		whole += q.record.Path
	}
	if q.record.Query != "" {
		if strings.Contains(base, "?") {
			whole, _, _ = strings.Cut(base, "?")
		}
		whole += "?" + q.record.Query
	}
	if whole != base {
		found = append(found, whole)
	}
	if ru.decoded {
		for _, a := range found {
			if plain, err := url.PathUnescape(a); err == nil && plain != a {
				found = append(found, plain)
			}
		}
	}
	if ru.ports {
		for _, a := range found {
			if other := otherPort(a); other != "" {
				found = append(found, other)
			}
		}
	}
	return found
}

// otherPort returns an address with its default port taken away, or written out.
func otherPort(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	standard := ""
	switch strings.ToLower(scheme) {
	case "https":
		standard = "443"
	case "http":
		standard = "80"
	default:
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	colon := strings.LastIndexByte(host, ':')
	switch {
	case colon <= strings.LastIndexByte(host, ']'): // those within brackets are no port
		return scheme + "://" + host + ":" + standard + tail
	case host[colon+1:] == standard:
		return scheme + "://" + host[:colon] + tail
	}
	return ""
}

// holdsBody reports whether the address names the body's SHA-256 in this query parameter.
func (q *request) holdsBody(address, parameter string) bool {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	return values.Get(parameter) == hex.EncodeToString(q.bodySHA256())
}
