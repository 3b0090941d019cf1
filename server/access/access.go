// Package access decides who may do what: sessions, one-time logins, the administrator's token, origins, client
// addresses and rates. Everything is refused unless something here says otherwise, and no secret is kept or logged
// in clear.
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

// Admin is the one login there is today.
const Admin = "admin"

// Local is who comes through the control channel of the data folder: its owner, or root. Either could read the
// database itself, so both may do what Admin may.
const Local = "local"

// localKey marks the context of a request that came through the control channel.
type localKey struct{}

// AsLocal returns ctx for a request that came through the control channel, which Gate.Who then takes for Local.
// Only the channel may call it, after it has checked who is at the other end.
func AsLocal(ctx context.Context) context.Context { return context.WithValue(ctx, localKey{}, true) }

// Who is the person or program behind a request.
type Who struct {
	Login   string    // Admin or Local
	Cookie  bool      // proven by the session's cookie, which a browser sends by itself; false: by a token
	Expires time.Time // when the proof ends at the latest; zero: it does not
}

// leastToken is the shortest administrator's token that is accepted, in characters.
const leastToken = 16

// Token is the administrator's token, kept as a hash. The zero value matches nothing.
type Token struct {
	hash [sha256.Size]byte
	set  bool
}

// NewToken takes HOOKBEAM_ADMIN_TOKEN. Empty means that there is none; a short one is an error.
func NewToken(value string) (Token, error) {
	if value == "" {
		return Token{}, nil
	}
	if n := utf8.RuneCountInString(value); n < leastToken {
		return Token{}, fmt.Errorf(
			"HOOKBEAM_ADMIN_TOKEN has %d characters; it needs %d at least, for example from: openssl rand -hex 24",
			n,
			leastToken,
		)
	}
	if strings.TrimSpace(value) != value {
		return Token{}, fmt.Errorf(
			"HOOKBEAM_ADMIN_TOKEN begins or ends with white space, which no request could carry; remove it",
		)
	}
	return Token{hash: sha256.Sum256([]byte(value)), set: true}, nil
}

// Match compares in constant time.
func (t Token) Match(value string) bool {
	hash := sha256.Sum256([]byte(value))
	return subtle.ConstantTimeCompare(t.hash[:], hash[:]) == 1 && t.set
}

// Gate tells who is asking.
type Gate struct {
	Token    Token
	Sessions *Sessions
}

// Who returns the person behind r. A problem of kind ErrUnauthenticated means that nobody is proven; any other error
// means that it could not be found out. A request that shows a token is judged by the token alone.
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
			"This token is not known here. Send the value of HOOKBEAM_ADMIN_TOKEN as: Authorization: Bearer …",
		)
	}
	who, ok, err := g.Sessions.Find(r)
	if err != nil {
		return Who{}, fmt.Errorf("find session: %w", err)
	}
	if !ok {
		return Who{}, unauthenticated(
			"Log in with a one-time code (hookbeam login prints one), or send: Authorization: Bearer …",
		)
	}
	return who, nil
}

func unauthenticated(detail string) error {
	return &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "unauthenticated", Detail: detail}
}
