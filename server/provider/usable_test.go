package provider

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// worthless returns secrets that protect nothing: empty, blank, or with a key that anybody can know.
func worthless() map[string]string {
	zeros := strings.Repeat("\x00", 32)
	return map[string]string{
		"empty": "", "blank": "                ", "line breaks": "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
		"NULs": zeros, "whsec_ and nothing": "whsec_", "whsec_ and blanks": "whsec_                ",
		"whsec_ and zeros": "whsec_" + base64.StdEncoding.EncodeToString(
			[]byte(zeros),
		), "zeros in hex": strings.Repeat("0", 64),
		"whpk_ and nothing": "whpk_", "whpk_ and zeros": "whpk_" + base64.StdEncoding.EncodeToString([]byte(zeros)),
		"whpk_ and one": "whpk_" + base64.StdEncoding.EncodeToString([]byte("\x01"+zeros[1:])),
		"a login":       "somebody:                    ",
	}
}

// TestAWorthlessSecretVerifiesNothing signs with each of these keys, as an attacker could.
func TestAWorthlessSecretVerifiesNothing(t *testing.T) {
	for name, secret := range worthless() {
		for _, key := range []string{"", "\x00", strings.TrimLeft(secret, "abcdefghijklmnopqrstuvwxyz_0")} {
			r := extracttest.Record("POST", forged(key), "{}")
			for _, p := range catalogue {
				for _, verify := range []hook.Verify{hook.Enforce, hook.Observe} {
					e := &hook.Endpoint{
						Provider: p.ID,
						Verify:   verify,
						Secrets:  []hook.Secret{{Label: "x", Value: secret}},
						Settings: map[string]string{"key": "hex", "topic": "t"},
					}
					if f := p.Verify(e, r, signature.ReceiveContext{
						At: noon, URL: address,
					}); f.Verdict != hook.Rejected {
						t.Errorf("%s, %s: %s", p.ID, name, f.Verdict)
					}
				}
			}
		}
	}
}

// forged returns the headers of a request that is signed with a key by the schemes of many senders.
func forged(key string) http.Header {
	stamp := seconds(noon)
	sum := mac(sha256.New, key, "{}")
	h := headers(
		"X-Webhook-Secret",
		key,
		"X-Gitlab-Token",
		key,
		"Verif-Hash",
		key,
		"X-Telegram-Bot-Api-Secret-Token",
		key,
		"X-Hub-Signature-256",
		"sha256="+hex.EncodeToString(sum),
		"X-Signature",
		hex.EncodeToString(sum),
		"X-Shopify-Hmac-Sha256",
		encode(sum),
		"X-Cc-Webhook-Signature",
		hex.EncodeToString(sum),
		"Stripe-Signature",
		"t="+stamp+",v1="+hex.EncodeToString(mac(sha256.New, key, stamp+".{}")),
		"Webhook-Id",
		"1",
		"Webhook-Timestamp",
		stamp,
		"Svix-Id",
		"1",
		"Svix-Timestamp",
		stamp,
		"X-Signature-Timestamp",
		stamp,
		"X-Signature-Ed25519",
		strings.Repeat("0", 128),
	)
	signed := encode(mac(sha256.New, key, "1."+stamp+".{}"))
	h.Set("Webhook-Signature", "v1,"+signed+" v1a,"+encode(append(make([]byte, 31), make([]byte, 33)...)))
	h.Set("Svix-Signature", "v1,"+signed)
	h.Set("Authorization", "Basic "+encode([]byte("somebody:                    ")))
	return h
}

func TestAWorthlessSecretIsNotTaken(t *testing.T) {
	for name, secret := range worthless() {
		for _, p := range catalogue {
			if strings.HasPrefix(name, "wh") && takesText(p) ||
				name == "zeros in hex" && p.ID != "adyen" && p.ID != "discord" {
				continue // to a sender that takes any text it is a text
			}
			if name == "a login" && p.ID != "basic" {
				continue
			}
			if CheckSecret(&hook.Endpoint{Provider: p.ID}, secret).Refusal == "" {
				t.Errorf("%s takes a secret that is %s", p.ID, name)
			}
		}
	}
}

// takesText reports whether the text of any secret is a key for one of the sender's schemes.
func takesText(p Provider) bool {
	return p.Signature.Custom == signature.CustomHMAC || p.Signature.Messages ||
		slices.ContainsFunc(p.Signature.Schemes, func(sc signature.Scheme) bool {
			return sc.Key == signature.AsText || sc.Key == signature.HashedWithSHA1
		})
}

// TestEverySenderKnowsWhetherItCanCheck compares Profile.Checks with Verify. If an endpoint can check, a request
// without a signature is rejected because it has none; if not, because the endpoint has no secret.
func TestEverySenderKnowsWhetherItCanCheck(t *testing.T) {
	for _, p := range catalogue {
		for _, s := range append(secretsOf(p.ID), plain, "") {
			e := &hook.Endpoint{Provider: p.ID, Verify: hook.Enforce, Settings: map[string]string{"webhook_id": "WH-1"}}
			if s != "" {
				e.Secrets = []hook.Secret{{Label: "x", Value: s}}
			}
			f := p.Verify(
				e,
				extracttest.Record("POST", nil, "{}"),
				signature.ReceiveContext{At: noon, URL: address, Certificates: noCertificates{}},
			)
			if f.Verdict != hook.Rejected || p.Signature.Checks(e) == (f.Reason == hook.ReasonSecretMissing) {
				t.Errorf("%s with %q: can check: %v, but %s %s", p.ID, s, p.Signature.Checks(e), f.Verdict, f.Reason)
			}
		}
	}
	p, _ := For("paypal")
	if p.Signature.Checks(&hook.Endpoint{}) ||
		p.Signature.Checks(&hook.Endpoint{Settings: map[string]string{"webhook_id": " "}}) {
		t.Error("PayPal's deliveries cannot be checked without the webhook's id")
	}
}

// noCertificates finds no certificate.
type noCertificates struct{}

func (noCertificates) Certificate(*signature.Issuer, string, time.Time) (*x509.Certificate, error) {
	return nil, signature.ErrUntrusted
}

func (noCertificates) Key(string, string, time.Time) (string, error) {
	return "", signature.ErrUntrusted
}

// secretsOf returns valid secrets for a sender whose secrets must have a certain form.
func secretsOf(id string) []string {
	whsec := "whsec_" + encode([]byte(plain))
	return map[string][]string{"adyen": {hex.EncodeToString([]byte(plain))}, "svix": {whsec},
		"standard-webhooks": {whsec},
		"gitlab":            {plain, whsec}, "rfc9421": {plain, whsec}, "basic": {"user:" + plain}}[id]
}
