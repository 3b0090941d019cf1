package trust_test

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// sentEvent is one event as its provider sends it, before it is signed.
type sentEvent struct {
	headers map[string]string
	body    string
}

// signer signs events as one provider does. All endpoints of a provider share its secret, as if a shop had given each
// of them the same one. Several goroutines use it; it does not change.
type signer struct {
	*provider.Provider
	secret string        // shared with the endpoints, "" if the provider signs with a key
	key    crypto.Signer // the provider's own key
	held   string        // what an endpoint holds: the secret, or the public half of the key
}

// sharedSecret is a secret in hexadecimal, since Adyen takes no other. Lemon Squeezy takes at most 40 characters.
const sharedSecret = "0123456789abcdef0123456789abcdef"

// newSigner returns a signer with a secret, or with a new key for a provider that has no secrets. A certificate is held
// as a PEM file contains it: with a newline at its end.
func newSigner(id string) (*signer, error) {
	p, known := provider.For(id)
	if !known {
		return nil, fmt.Errorf("there is no provider %q", id)
	}
	if !p.Signature.OnlyByKey() {
		return &signer{Provider: p, secret: sharedSecret, held: sharedSecret}, nil
	}
	key, public, err := p.Signature.NewKey(time.Now())
	if strings.HasPrefix(public, "-----BEGIN") {
		public += "\n"
	}
	return &signer{Provider: p, key: key, held: public}, err
}

// paypalHeaders are what PayPal sends beside the body. No certificate is fetched, since the endpoint holds the one that
// fits.
var paypalHeaders = map[string]string{
	"Paypal-Auth-Algo":       "SHA256withRSA",
	"Paypal-Cert-Url":        "https://api.paypal.com/v1/notifications/certs/CERT-1",
	"Paypal-Transmission-Id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
}

// send signs an event for an endpoint and sends it there. It must be stored and verified: endpoints with a secret
// refuse what is not.
func (g *signer) send(ctx context.Context, client *http.Client, s *server, e endpoint, settings map[string]string,
	event sentEvent) error {
	r := &hook.Record{
		Delivery: hook.Delivery{Method: http.MethodPost, Path: "/"},
		Request:  hook.Request{Proto: "HTTP/1.1", Body: []byte(event.body)},
	}
	signature.SetHeader(r, "Content-Type", "application/json")
	if g.ID == "paypal" {
		for name, value := range paypalHeaders {
			signature.SetHeader(r, name, value)
		}
	}
	for name, value := range event.headers {
		signature.SetHeader(r, name, value)
	}
	with := signature.Signing{
		Endpoint: &hook.Endpoint{Provider: g.ID, Settings: settings}, URL: e.URL, At: time.Now(),
		Secret: g.secret, Key: g.key,
	}
	if err := g.Sign(r, with); err != nil {
		return fmt.Errorf("sign for %s: %w", g.ID, err)
	}
	headers := make([]string, 0, 2*len(r.Headers))
	for _, h := range r.Headers {
		headers = append(headers, h.Name, h.Value)
	}
	// Some providers want a response of their own, so it is not parsed.
	status, _, text, err := send(ctx, client, e.in(s), string(r.Body), headers...)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("an event of %s is answered %d: %s", g.ID, status, text)
	}
	return err
}
