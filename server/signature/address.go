package signature

import (
	"encoding/hex"
	"net/url"
	"strings"
)

// addresses returns what the sender may have signed as the endpoint's address; one that is empty where
// it signs none.
func (sc *Scheme) addresses(q *Request) []string {
	if !sc.Message.Uses("url") {
		return []string{""}
	}
	found := q.addresses()
	if sc.Addresses != nil {
		found = sc.Addresses(found)
	}
	return found
}

// addresses returns the endpoint's address as registered, and with the path and the query that the
// request came with.
func (q *Request) addresses() []string {
	base := q.Endpoint.SignedURL
	if base == "" {
		base = q.URL
	}
	found := []string{base}
	whole := base
	if q.Record.Path != "/" && !strings.Contains(base, "?") {
		whole += q.Record.Path
	}
	if q.Record.Query != "" {
		if strings.Contains(base, "?") {
			whole, _, _ = strings.Cut(base, "?")
		}
		whole += "?" + q.Record.Query
	}
	if whole != base {
		found = append(found, whole)
	}
	return found
}

// holdsBody reports whether the address names the body's SHA-256 in this query parameter.
func (q *Request) holdsBody(address, parameter string) bool {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	return values.Get(parameter) == hex.EncodeToString(q.BodySHA256())
}
