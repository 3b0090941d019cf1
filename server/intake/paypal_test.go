package intake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/outbound"
	"hookbeam/server/signature"
)

func TestOnlyPayPalsOwnAddressesHoldItsCertificates(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://api.paypal.com/v1/notifications/certs/CERT-1":            true,
		"https://api-m.sandbox.paypal.com:443/v1/notifications/certs/C-1": true,
		"http://api.paypal.com/v1/notifications/certs/CERT-1":             false,
		"https://api.paypal.com.evil.example/v1/notifications/certs/C":    false,
		"https://evil.example/?api.paypal.com/v1/notifications/certs/C":   false,
		"https://api.paypal.com@evil.example/v1/notifications/certs/C":    false,
		"https://user@api.paypal.com/v1/notifications/certs/C":            false,
		"https://api.paypal.com:8443/v1/notifications/certs/C":            false,
		"https://api.paypal.com/v1/notifications/certs/../../x":           false,
		"https://api.paypal.com/v1/notifications/certs/%2e%2e/x":          false,
		"https://api.paypal.com/v1/notifications/certs/C?to=x":            false,
		"https://api.paypal.com/v2/x":                                     false,
		"file:///etc/passwd":                                              false,
		"":                                                                false,
	} {
		if err := issuer().CheckURL(address); (err == nil) != ok ||
			err != nil && !errors.Is(err, signature.ErrUntrusted) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// paypal is a request signed as PayPal does.
func paypal(t *testing.T, key *rsa.PrivateKey, certificate, body string) *hook.Record {
	t.Helper()
	at := noon.Format(time.RFC3339)
	sum := sha256.Sum256(fmt.Appendf(nil, "tx-1|%s|WH-1|%d", at, crc32.ChecksumIEEE([]byte(body))))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	must(t, err)
	return &hook.Record{
		Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Millis(noon.UnixMilli())},
		Request: hook.Request{Body: []byte(body),
			Headers: []hook.Header{
				{Name: "Paypal-Auth-Algo", Value: "SHA256withRSA"},
				{Name: "Paypal-Cert-Url", Value: certificate},
				{Name: "Paypal-Transmission-Id", Value: "tx-1"},
				{Name: "Paypal-Transmission-Sig", Value: base64.StdEncoding.EncodeToString(signature)},
				{Name: "Paypal-Transmission-Time", Value: at},
			}},
	}
}

func TestPayPalIsVerifiedByTheCertificateThatItNames(t *testing.T) {
	root := newAuthority(t)
	text, key := root.issue(t, genuine)
	_, another := root.issue(t, genuine)
	const home = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
	const evil = "https://evil.example/v1/notifications/certs/C"
	// A case fails with a reason, and the problem that goes with it; without a reason the delivery is accepted.
	for name, c := range map[string]struct {
		key     *rsa.PrivateKey
		at      string // the certificate's URL
		webhook string // the setting webhook_id; "" is none
		known   bool   // the certificate is stored; nothing can be fetched
		verdict hook.Verdict
		reason  hook.Reason
		code    error
	}{
		"genuine":    {key, home, "WH-1", true, hook.Verified, "", nil},
		"no webhook": {key, home, "", true, hook.Unsigned, "", nil},
		"another key": {
			another, home, "WH-1", true,
			hook.Rejected, "signature_mismatch", hook.ErrUnauthenticated,
		},
		"another webhook": {
			key, home, "WH-2", true,
			hook.Rejected, "signature_mismatch", hook.ErrUnauthenticated,
		},
		"PayPal is unreachable": {
			key, home, "WH-1", false,
			hook.Rejected, "certificate_unavailable", hook.ErrUnavailable,
		},
		"the sender's own host": {
			key, evil, "WH-1", true,
			hook.Rejected, "certificate_untrusted", hook.ErrUnauthenticated,
		},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			cs := NewCertificates(
				newMemoryCertificates(),
				outbound.New(outbound.Options{}),
				slog.New(slog.DiscardHandler),
				func() time.Time { return noon },
			)
			cs.roots, cs.client.Transport = root.pool(), noNetwork{}
			if c.known {
				must(t, cs.store.PutCertificate(t.Context(), home, text))
			}
			fx.intake = New(fx.all, fx.memoryStore, func() time.Time { return fx.at }, address, cs)
			settings := map[string]string{"webhook_id": c.webhook}
			if c.webhook == "" {
				settings = nil
			}
			e := fx.create(t, hook.Endpoint{
				Name:      "paypal",
				Provider:  "paypal",
				Tolerance: 5 * time.Minute,
				Settings:  settings,
			})
			_, refusal, err := fx.intake.Accept(&e, paypal(t, c.key, c.at, `{"id":"WH-EVT-1"}`))
			must(t, err)
			if r := fx.records[0]; r.Verdict != c.verdict || r.Reason != c.reason {
				t.Errorf("%s %s", r.Verdict, r.Reason)
			}
			if (refusal != nil) != (c.code != nil) || refusal != nil && !errors.Is(refusal, c.code) {
				t.Errorf("refused with %v", refusal)
			}
		})
	}
}

// noNetwork is a network that is down.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}
