package access

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/hook"
)

// The bounds of status links.
const (
	maxToken       = 4 << 10
	maxLinkKeys    = 10
	LongestSubject = 250                  // bytes
	LongestLink    = 400 * 24 * time.Hour // a year and a while
)

// Link is what a status link lets its bearer see: one subject of one endpoint, until it expires.
type Link struct {
	Endpoint hook.EndpointID
	Subject  string // one of the subject's names: "payment/pi_1", "order/10-4471"
	Mode     string // hook.ModeTest, or ""
	Expires  time.Time
}

// claims is a link as a JWT says it (RFC 7519).
type claims struct {
	Endpoint hook.EndpointID `json:"ep"`
	Mode     string          `json:"mode,omitempty"`
	jwt.RegisteredClaims
}

// errLink is all that is said of a link that is no good.
var errLink = errors.New("no good link")

// LinkKeyPrefix marks the keys that sign status links.
const LinkKeyPrefix = "hblk_"

// NewLinkKey returns a fresh key. Its text, prefix and all, is the HMAC's key, so that any JWT library takes it.
func NewLinkKey(random io.Reader, now time.Time) (hook.LinkKey, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return hook.LinkKey{}, fmt.Errorf("make a link key: %w", err)
	}
	tail, err := hook.RandomTail(random)
	return hook.LinkKey{ID: "lk_" + tail, Value: LinkKeyPrefix + base64.RawURLEncoding.EncodeToString(b[:]),
		CreatedAt: hook.Millis(now.UnixMilli())}, err
}

// SignLink returns the token of a link, signed with an endpoint's newest key.
func SignLink(key hook.LinkKey, l Link) (string, error) {
	c := claims{Endpoint: l.Endpoint, Mode: l.Mode,
		RegisteredClaims: jwt.RegisteredClaims{Subject: l.Subject, ExpiresAt: jwt.NewNumericDate(l.Expires)}}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(key.Value))
}

// decoy is a key that signs nothing, so that a token of no endpoint takes as long to refuse as any other.
var decoy = func() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return b
}()

// plainToken reports whether a token has nothing but base64url and dots (RFC 7515 §2). Go's decoder skips line
// breaks, so without this one token would have any number of spellings.
func plainToken(token string) bool {
	for i := range len(token) {
		c := token[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// Key is what a link is counted under: what it shows, however its token is spelled and whoever signed it.
func (l Link) Key() string { return string(l.Endpoint) + "\x00" + l.Mode + "\x00" + l.Subject }

// ReadLink returns what a token lets its bearer see now. keys gives an endpoint's keys, none where there is no such
// endpoint. Whatever is wrong with a token, the error says nothing of it.
func ReadLink(token string, now time.Time, keys func(hook.EndpointID) []hook.LinkKey) (Link, error) {
	if len(token) > maxToken || !plainToken(token) {
		return Link{}, errLink
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	)
	var c claims
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		if _, critical := t.Header["crit"]; critical {
			return nil, errLink // whatever it asks for is not understood here (RFC 7515 §4.1.11)
		}
		set := jwt.VerificationKeySet{}
		for _, k := range keys(c.Endpoint) {
			if len(set.Keys) < maxLinkKeys && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt.Time)) {
				set.Keys = append(set.Keys, []byte(k.Value))
			}
		}
		if len(set.Keys) == 0 {
			set.Keys = append(set.Keys, decoy)
		}
		return set, nil
	})
	if err != nil || c.Subject == "" || len(c.Subject) > LongestSubject || c.Mode != "" && c.Mode != hook.ModeTest ||
		c.ExpiresAt.Sub(now) > LongestLink {
		return Link{}, errLink
	}
	return Link{Endpoint: c.Endpoint, Subject: c.Subject, Mode: c.Mode, Expires: c.ExpiresAt.Time}, nil
}
