package access

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/hook"
)

// Limits of status links.
const (
	maxToken       = 4 << 10 // bytes
	maxLinkKeys    = 10      // of one endpoint, that a token is verified with
	LongestSubject = 250     // bytes
	LongestLink    = 400 * 24 * time.Hour
)

// Link is the content of a status link: it lets anyone who has it see one subject of one endpoint until it expires. Its
// token is a JWT that the endpoint's link key signs, so a shop's back end can make one with any JWT library.
type Link struct {
	Endpoint hook.EndpointID
	Subject  string // the subject or one of its aliases: "payment/pi_1", "order/10-4471"
	Account  string // the account at the provider within which an order number is meant; "" if only one has it
	Mode     string // hook.ModeTest, or ""
	Expires  time.Time
}

// claims are the claims of a link's JWT (RFC 7519).
type claims struct {
	Endpoint hook.EndpointID `json:"ep"`
	Mode     string          `json:"mode,omitempty"`
	Account  string          `json:"account,omitempty"`
	jwt.RegisteredClaims
}

// errLink is the error for every invalid link. It does not say why, because that would help to forge one.
var errLink = errors.New("invalid status link")

// LinkKeyPrefix is the prefix of keys that sign status links.
const LinkKeyPrefix = "hblk_"

// NewLinkKey returns a new key of 256 random bits. The bytes of its text, including the prefix, are the HMAC key, so it
// can be passed to any JWT library as it is.
func NewLinkKey(random io.Reader, now time.Time) (hook.LinkKey, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return hook.LinkKey{}, fmt.Errorf("make a link key: %w", err)
	}
	tail, err := hook.RandomTail(random)
	return hook.LinkKey{ID: "lk_" + tail, Value: LinkKeyPrefix + base64.RawURLEncoding.EncodeToString(b[:]),
		CreatedAt: hook.Millis(now.UnixMilli())}, err
}

// SignLink returns the token of a link, signed with key by HS256.
func SignLink(key hook.LinkKey, l Link) (string, error) {
	c := claims{Endpoint: l.Endpoint, Mode: l.Mode, Account: l.Account,
		RegisteredClaims: jwt.RegisteredClaims{Subject: l.Subject, ExpiresAt: jwt.NewNumericDate(l.Expires)}}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(key.Value))
}

// decoyKey is a random key that signs nothing. It makes a token of an endpoint that does not exist take as long to
// refuse as any other, so that the response time does not reveal which endpoints exist.
var decoyKey = func() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return b
}()

// plainToken reports whether a token contains only base64url characters and dots (RFC 7515 §2). Go's decoder skips line
// breaks, so without this check the same token could be written in any number of ways.
func plainToken(token string) bool {
	for i := range len(token) {
		c := token[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// Key identifies what a link shows, for limits that count by link. Two tokens of the same subject have the same key,
// whatever their expiry and signing key.
func (l Link) Key() string { return string(l.Endpoint) + "\x00" + l.Mode + "\x00" + l.Name() }

// Name returns the alias that the link is about, scoped by its account if that is a reference. Order numbers of Lemon
// Squeezy had a prefix of their own before they were references.
func (l Link) Name() string {
	if number, old := strings.CutPrefix(l.Subject, "order-number/"); old {
		return hook.ScopedReference(l.Account, "order/"+number)
	}
	if !strings.HasPrefix(l.Subject, "order/") {
		return l.Subject
	}
	return hook.ScopedReference(l.Account, l.Subject)
}

// ReadLink verifies a token at the time now and returns its link. keys returns the link keys of an endpoint, or none if
// the endpoint does not exist; it is called once at most, with an id that is not verified yet. The error is the same
// for every invalid token.
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
			return nil, errLink // an extension that must be understood, and is not (RFC 7515 §4.1.11)
		}
		set := jwt.VerificationKeySet{}
		for _, k := range keys(c.Endpoint) {
			if len(set.Keys) < maxLinkKeys && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt.Time)) {
				set.Keys = append(set.Keys, []byte(k.Value))
			}
		}
		if len(set.Keys) == 0 {
			set.Keys = append(set.Keys, decoyKey)
		}
		return set, nil
	})
	if err != nil || c.Subject == "" || len(c.Subject) > LongestSubject || len(c.Account) > LongestSubject ||
		strings.ContainsRune(c.Subject+c.Account, 0) || c.Mode != "" && c.Mode != hook.ModeTest ||
		c.ExpiresAt.Sub(now) > LongestLink {
		return Link{}, errLink
	}
	return Link{
		Endpoint: c.Endpoint, Subject: c.Subject, Account: c.Account, Mode: c.Mode, Expires: c.ExpiresAt.Time,
	}, nil
}
