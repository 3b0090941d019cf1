package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/hook"
)

// mint makes a token as a shop's own code would, without our library.
func mint(header, payload, key string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

func TestOnlyAWholeAndTimelyTokenOfTheEndpointsOwnKeyIsRead(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	ours, err := NewLinkKey(rand.Reader, now)
	if err != nil {
		t.Fatal(err)
	}
	ended, _ := NewLinkKey(rand.Reader, now)
	ended.ExpiresAt = hook.Time{Time: now}
	theirs, _ := NewLinkKey(rand.Reader, now)
	keys := func(id hook.EndpointID) []hook.LinkKey {
		return map[hook.EndpointID][]hook.LinkKey{"ep_a": {ours, ended}, "ep_b": {theirs}}[id]
	}
	hs, in := `{"alg":"HS256","typ":"JWT"}`, now.Add(time.Hour).Unix()
	good := fmt.Sprintf(`{"ep":"ep_a","sub":"order/10-4471","exp":%d}`, in)
	claim := func(format string, values ...any) string { return mint(hs, fmt.Sprintf(format, values...), ours.Value) }
	link := Link{Endpoint: "ep_a", Subject: "payment/pi_1", Mode: "test", Expires: now.Add(time.Hour)}
	signed, err := SignLink(ours, link)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"our own": signed, "a shop's": mint(hs, good, ours.Value),
		"with more in it": claim(`{"iss":"shop","iat":%d,"ep":"ep_a","sub":"order/1","exp":%d.5}`, now.Unix(), in),
	} {
		l, err := ReadLink(token, now, keys)
		if err != nil || l.Endpoint != "ep_a" || l.Subject == "" || !l.Expires.After(now) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	claims := jwt.MapClaims{"ep": "ep_a", "sub": "order/1", "exp": in}
	stronger, err := jwt.NewWithClaims(jwt.SigningMethodHS512, claims).SignedString([]byte(ours.Value))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 5000)
	last := len(signed) - 1
	flipped := map[bool]string{true: "A", false: "B"}[signed[last-1] != 'A']
	unsigned := mint(`{"alg":"none"}`, good, "")
	for name, token := range map[string]string{
		"nothing": "", "words": "a.b.c", "no signature": strings.Join(strings.Split(signed, ".")[:2], ".") + ".",
		"one bit off":                     signed[:last-1] + flipped + signed[last:],
		"the same bits written otherwise": signed[:last] + string(signed[last]+1), // its last two are padding
		"what must be understood":         mint(`{"alg":"HS256","crit":["exp"]}`, good, ours.Value),
		"another's key":                   mint(hs, good, theirs.Value),
		"a key that has ended":            mint(hs, good, ended.Value),
		"no key":                          mint(hs, good, ""),
		"another endpoint":                mint(hs, strings.Replace(good, "ep_a", "ep_b", 1), ours.Value),
		"no endpoint":                     mint(hs, strings.Replace(good, "ep_a", "ep_c", 1), ours.Value),
		"no algorithm":                    mint(`{"alg":"none"}`, good, ours.Value),
		"none, unsigned":                  unsigned[:strings.LastIndexByte(unsigned, '.')+1],
		"another algorithm":               stronger,
		"no end":                          mint(hs, `{"ep":"ep_a","sub":"order/1"}`, ours.Value),
		"over":                            claim(`{"ep":"ep_a","sub":"order/1","exp":%d}`, now.Unix()),
		"for ever":                        mint(hs, `{"ep":"ep_a","sub":"order/1","exp":99999999999}`, ours.Value),
		"not yet":                         claim(`{"ep":"ep_a","sub":"order/1","exp":%d,"nbf":%d}`, in, in-60),
		"no subject":                      claim(`{"ep":"ep_a","exp":%d}`, in),
		"a subject too long":              claim(`{"ep":"ep_a","sub":%q,"exp":%d}`, strings.Repeat("x", 251), in),
		"a mode that is none":             claim(`{"ep":"ep_a","sub":"order/1","mode":"live","exp":%d}`, in),
		"more than a token has":           claim(`{"ep":"ep_a","sub":"order/1","exp":%d,"x":%q}`, in, long),
	} {
		if l, err := ReadLink(token, now, keys); err == nil || l != (Link{}) {
			t.Errorf("%s is let in: %+v", name, l)
		}
	}
}

// TestATokenHasOneSpelling: Go's base64 decoder skips line breaks wherever they are.
func TestATokenHasOneSpelling(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	key, err := NewLinkKey(rand.Reader, now)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(hook.EndpointID) []hook.LinkKey { return []hook.LinkKey{key} }
	token, err := SignLink(key, Link{Endpoint: "ep_a", Subject: "order/1", Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLink(token, now, keys); err != nil {
		t.Fatal(err)
	}
	places := []int{
		0, 5, strings.IndexByte(token, '.'), strings.LastIndexByte(token, '.') + 1, len(token) - 3, len(token),
	}
	for _, extra := range []string{
		"\n", "\r", "\r\n", "\n\n", " ", "\t", "=", "==", "+", "/", "\x00", "\u200b", "%0a", "~",
	} {
		for _, at := range places {
			if _, err := ReadLink(token[:at]+extra+token[at:], now, keys); err == nil {
				t.Errorf("%q at %d makes another spelling of the link", extra, at)
			}
		}
	}
}

func TestALinkIsOneLinkWhoeverSignedItAndForHowLong(t *testing.T) {
	l := Link{Endpoint: "ep_a", Subject: "order/1", Expires: time.Unix(1, 0)}
	later := l
	later.Expires = time.Unix(2, 0)
	if l.Key() != later.Key() {
		t.Error("two tokens of one link are two links")
	}
	for _, other := range []Link{{Endpoint: "ep_b", Subject: "order/1"}, {Endpoint: "ep_a", Subject: "order/2"},
		{Endpoint: "ep_a", Subject: "order/1", Mode: hook.ModeTest}} {
		if other.Key() == l.Key() {
			t.Errorf("%+v counts as %+v", other, l)
		}
	}
}
