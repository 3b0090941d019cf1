// Package access authenticates and limits requests. It holds sessions, one-time logins, API tokens, the administrator's
// token, status links, the check of origins and hosts, client addresses behind proxies, rate limits and quotas.
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

// Admin is the login of the administrator, the only account today. API tokens have logins of their own, see Who.
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
	Login   string      // Admin, Local, or "token" and the name of an API token
	Cookie  bool        // authenticated by a session cookie, which browsers attach on their own; false: by a token
	Expires time.Time   // when the session or the token ends at the latest; zero: never
	Token   *hook.Token // the API token, which limits what the caller may do; nil: there is no such limit
}

// IsAdmin reports whether the caller may do everything. The holder of an API token never is.
func (w Who) IsAdmin() bool { return w.Login != "" && w.Token == nil }

// Has reports whether the caller may do what a scope stands for.
func (w Who) Has(s hook.Scope) bool { return w.IsAdmin() || w.Token != nil && w.Token.Has(s) }

// Endpoints returns the endpoints that the caller may see and change; nil: all.
func (w Who) Endpoints() *hook.EndpointSet {
	if w.Token == nil {
		return nil
	}
	return w.Token.Endpoints
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

// Gate authenticates requests: by the control channel, by the administrator's token, by an API token, or by a session.
// Package api has one and asks it on every route that is not public.
type Gate struct {
	Token    Token
	Tokens   *Tokens // nil: there are no API tokens
	Sessions *Sessions
}

// Who authenticates r. A request with an Authorization header is authenticated by its token alone, even if it has a
// valid session as well. It fails with a problem of kind ErrUnauthenticated if the request has no valid credential,
// and with any other error if the sessions could not be read.
func (g *Gate) Who(r *http.Request) (Who, error) {
	if r.Context().Value(localKey{}) != nil {
		return Who{Login: Local}, nil
	}
	if r.Header.Get("Authorization") != "" {
		value, bearer := bearerOf(r)
		if bearer && g.Token.Match(value) {
			return Who{Login: Admin}, nil
		}
		if bearer && g.Tokens != nil {
			if who, ok := g.Tokens.who(r.Context(), value); ok {
				return who, nil
			}
		}
		return Who{}, tokenInvalid
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

// tokenInvalid is the problem of every token that gives no access, whether it is unknown, has expired or was revoked. A
// caller must not learn which.
var tokenInvalid = unauthenticated("The token is invalid: it is unknown, has expired or was revoked. " +
	"Send a valid one as: Authorization: Bearer … (hookbeam token create makes one)")

// OnEnd calls f once when the credential of r ends: its session by a logout in any tab, its API token because it was
// revoked, or either because it expired. It may call f before it returns, if that has happened already. For a request
// with the administrator's token, or over the control channel, it does nothing.
//
// The caller must call forget when f is no longer needed. f runs on another goroutine or on the caller's own, and
// without a lock held.
func (g *Gate) OnEnd(r *http.Request, f func()) (forget func()) {
	switch {
	case r.Context().Value(localKey{}) != nil:
		return func() {}
	case r.Header.Get("Authorization") == "":
		return g.Sessions.OnEnd(r, f)
	}
	if value, bearer := bearerOf(r); g.Tokens == nil || bearer && g.Token.Match(value) {
		return func() {}
	}
	return g.Tokens.OnEnd(r, f)
}

// bearerOf returns the token in the header Authorization. ok is false if the header is missing or has another scheme.
func bearerOf(r *http.Request) (token string, ok bool) {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(value), strings.EqualFold(scheme, "Bearer")
}

func unauthenticated(detail string) *hook.Problem {
	return &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "unauthenticated", Detail: detail}
}
