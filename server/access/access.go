// Package access authenticates and limits requests. It holds sessions, one-time logins, the administrator's token,
// status links, the check of origins and hosts, client addresses behind proxies, rate limits and quotas.
//
// It promises that a request without a valid credential is never authenticated, that tokens and codes are stored as
// hashes and never logged, and that its memory is bounded however many clients there are. It has no routes: package
// api decides which of these checks a route needs. Start reading at Gate for authentication, at Addresses for the
// client behind a proxy, and at Limiter and Quota for limits.
package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"hookbeam/server/hook"
)

// Admin is the login of the administrator, the only account today.
const Admin = "admin"

// Local is the login of requests from the control channel, which only the owner of the data folder and root can use.
// Both could read the database itself, so Local may do what Admin may.
const Local = "local"

// localKey marks the context of a request that came through the control channel.
type localKey struct{}

// AsLocal returns a context that makes Gate.Who authenticate a request as Local. Only the control channel may call it,
// after it has checked the user at the other end.
func AsLocal(ctx context.Context) context.Context { return context.WithValue(ctx, localKey{}, true) }

// Who is the authenticated person or program behind a request. Gate.Who makes it; routes that anyone may use have the
// zero value.
type Who struct {
	Login   string    // Admin or Local
	Cookie  bool      // authenticated by a session cookie, which browsers attach on their own; false: by a token
	Expires time.Time // when the session ends at the latest; zero: never
}

// minTokenLength is the shortest administrator's token that is accepted, in characters.
const minTokenLength = 16

// Token is the administrator's token, stored as a SHA-256 hash. The zero value matches nothing.
type Token struct {
	hash [sha256.Size]byte
	set  bool
}

// NewToken hashes the value of HOOKBEAM_ADMIN_TOKEN. An empty value means that there is no token. A value that is too
// short, or that an HTTP header cannot carry unchanged, is an error.
func NewToken(value string) (Token, error) {
	if value == "" {
		return Token{}, nil
	}
	if n := utf8.RuneCountInString(value); n < minTokenLength {
		return Token{}, fmt.Errorf("HOOKBEAM_ADMIN_TOKEN has %d characters; at least %d are required. "+
			"Generate one with: openssl rand -hex 24", n, minTokenLength)
	}
	if strings.TrimSpace(value) != value {
		return Token{}, fmt.Errorf("HOOKBEAM_ADMIN_TOKEN starts or ends with white space, which an HTTP header " +
			"cannot carry. Remove it")
	}
	return Token{hash: sha256.Sum256([]byte(value)), set: true}, nil
}

// Match reports whether value is the token. It compares in constant time.
func (t Token) Match(value string) bool {
	hash := sha256.Sum256([]byte(value))
	return subtle.ConstantTimeCompare(t.hash[:], hash[:]) == 1 && t.set
}

// Gate authenticates requests: by the control channel, by the administrator's token, or by a session. Package api has
// one and asks it on every route that is not public.
type Gate struct {
	Token    Token
	Sessions *Sessions
}

// Who authenticates r. A request with an Authorization header is authenticated by its token alone, even if it has a
// valid session as well. It fails with a problem of kind ErrUnauthenticated if the request has no valid credential,
// and with any other error if the sessions could not be read.
func (g *Gate) Who(r *http.Request) (Who, error) {
	if r.Context().Value(localKey{}) != nil {
		return Who{Login: Local}, nil
	}
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, value, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") && g.Token.Match(strings.TrimSpace(value)) {
			return Who{Login: Admin}, nil
		}
		return Who{}, unauthenticated(
			"The token is invalid. Send the value of HOOKBEAM_ADMIN_TOKEN as: Authorization: Bearer …")
	}
	who, ok, err := g.Sessions.Find(r)
	if err != nil {
		return Who{}, fmt.Errorf("find session: %w", err)
	}
	if !ok {
		return Who{}, unauthenticated(
			"Log in with a one-time code (hookbeam login prints one), or send: Authorization: Bearer …")
	}
	return who, nil
}

func unauthenticated(detail string) error {
	return &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "unauthenticated", Detail: detail}
}
