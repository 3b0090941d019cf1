package signature

import (
	"encoding/hex"
	"net/url"
	"strings"
)

// addresses returns the URLs that the sender may have signed as the endpoint's address: the candidates for {url} in
// the message. It returns one empty URL if the scheme does not sign the address, so that callers can loop in any
// case.
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

// addresses returns the endpoint's address as it is registered at the sender, and, if they differ, the same with
// the path and the query of the request. Senders differ in whether they sign what they append.
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

// namesBody reports whether a query parameter of the address is the SHA-256 of the body in hex. Such a sender signs
// only the address, and the parameter protects the body.
func (q *Request) namesBody(address, parameter string) bool {
	_, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return false
	}
	return values.Get(parameter) == hex.EncodeToString(q.BodySHA256())
}
