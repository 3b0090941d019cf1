package payload

import (
	"encoding/base64"
	"strings"
)

// maxJWT is the largest JWT that is read, in bytes.
const maxJWT = 1 << 20

// claimsOfJWT returns the claims of a JWT as JSON; "" if the text is none. It does not verify the signature.
func (q *Request) claimsOfJWT(token string) string {
	token = strings.TrimSpace(token)
	if len(token) > maxJWT || !q.Charge(2*len(token)) {
		return ""
	}
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 {
		return ""
	}
	claims, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return ""
	}
	return jsonIn(string(claims))
}

// claimsIn returns the claims of the JWT in a header. They are read once.
func (q *Request) claimsIn(header string) *Tree {
	if q.claimsOf != header {
		token := q.Header(header)
		if scheme, rest, found := strings.Cut(token, " "); found && strings.EqualFold(scheme, "Bearer") {
			token = rest
		}
		q.claimsOf = header
		q.claims.Reset(q.claimsOfJWT(token), &q.Meter)
	}
	return &q.claims
}
