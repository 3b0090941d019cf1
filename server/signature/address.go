package signature

import (
	"encoding/hex"
	"strings"
)

// noAddress are the addresses of a scheme that signs none: one message, without an address. Nobody changes it.
var noAddress = [1]string{""}

// addresses returns the URLs that the sender may have signed as the endpoint's address: the candidates for {url} and
// {path} in the message. It returns one empty URL if the scheme does not sign the address, so that callers can loop in
// any case.
func (sc *Scheme) addresses(q *Request) []string {
	if !sc.usesAddress() {
		return noAddress[:]
	}
	found := q.addresses()
	if sc.Addresses != nil {
		found = sc.Addresses(found)
	}
	return found
}

// addresses returns the endpoint's address as it is registered at the sender, and then the same with the path and the
// query of the request, byte for byte. Senders differ in whether they sign what they append. There are at most three.
func (q *Request) addresses() []string {
	base := q.Endpoint.SignedURL
	if base == "" {
		base = q.URL
	}
	path, query := q.Record.Path, q.Record.Query
	front, _, hasQuery := strings.Cut(base, "?")
	switch {
	case path == "" && query == "", hasQuery && query == "":
		return []string{base}
	case query == "":
		found := []string{base, joinPath(front, path)}
		if bare, marked := strings.CutSuffix(path, "?"); marked && bare != "" { // its client may have added the mark
			found = append(found, joinPath(front, bare))
		}
		return found
	}
	found := []string{base, joinPath(front, path) + "?" + query}
	// A proxy may have added the path. Older releases stored "/" for no path as well.
	if hasQuery && path != "" || path == "/" {
		found = append(found, front+"?"+query)
	}
	return found
}

// pathOf returns the path of an address, with its query.
func pathOf(address string) string {
	if _, behind, found := strings.Cut(address, "://"); found {
		address = behind
	}
	i := strings.IndexAny(address, "/?")
	switch {
	case i < 0:
		return "/"
	case address[i] == '?':
		return "/" + address[i:]
	default:
		return address[i:]
	}
}

// joinPath returns an address with a path after it, with one slash between.
func joinPath(address, path string) string {
	if strings.HasPrefix(path, "/") {
		address = strings.TrimSuffix(address, "/")
	}
	return address + path
}

// namesBody reports whether a query parameter of the address is the SHA-256 of the body in hex. Such a sender signs
// only the address, and the parameter protects the body. The first parameter of the name counts. The rest of the query
// need not be well-formed: it is signed as it is.
func (q *Request) namesBody(address, parameter string) bool {
	_, query, _ := strings.Cut(address, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name == parameter {
			return value == hex.EncodeToString(q.BodySHA256())
		}
	}
	return false
}
