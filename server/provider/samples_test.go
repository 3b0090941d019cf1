package provider

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"hash"
	"hash/crc32"
	"math/big"
	"net/http"
	"net/url"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// sample is one genuine request of a sender. The test signs it with the standard library alone, not with package
// signature.
type sample struct {
	id         string
	secret     string // as an endpoint holds it
	body       string
	sign       func(at time.Time, body string) http.Header
	wrap       func(body string) string // where the signature is inside the body
	query      func() string
	settings   map[string]string
	typ, event string
	dated      bool // the signature has a time
	uncovered  bool // the signature does not cover the body
	partly     bool // it covers fields of the body
	nameless   bool // the event has no id
}

const (
	address = "https://hooks.example.com/in/shop-0123456789abcdef"
	plain   = "a-secret-of-32-characters-000001"
)

func hmacHex(h func() hash.Hash, key, message string) string {
	return hex.EncodeToString(mac(h, key, message))
}
func hmac64(h func() hash.Hash, key, message string) string { return encode(mac(h, key, message)) }

func mac(h func() hash.Hash, key, message string) []byte {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(message))
	return m.Sum(nil)
}

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func seconds(at time.Time) string { return fmt.Sprint(at.Unix()) }

// signed returns the headers of a sender that signs the body with one header.
func signed(header, before string, sum func(body string) string, more ...string) func(time.Time, string) http.Header {
	return func(_ time.Time, body string) http.Header {
		return headers(append([]string{header, before + sum(body)}, more...)...)
	}
}

func hex256(body string) string { return hmacHex(sha256.New, plain, body) }
func b64256(body string) string { return hmac64(sha256.New, plain, body) }

func constant(text string) func(string) string { return func(string) string { return text } }

// standardSample is a sender of Standard Webhooks; prefix is that of its header names.
func standardSample(id, prefix, secret string, sum func(message string) string) sample {
	return sample{id: id, secret: secret, body: `{"type":"contact.created","data":{"id":"c_1"}}`, dated: true,
		typ: "contact.created", event: "msg_1",
		sign: func(at time.Time, body string) http.Header {
			return headers(
				prefix+"-Id",
				"msg_1",
				prefix+"-Timestamp",
				seconds(at),
				prefix+"-Signature",
				sum("msg_1."+seconds(at)+"."+body),
			)
		}}
}

// keys are key pairs that are made once for each run.
type keys struct {
	ed25519Key ed25519.PrivateKey
	ecdsa      *ecdsa.PrivateKey
	rsa        *rsa.PrivateKey
	pem        string
}

func newKeys(t testing.TB) keys {
	t.Helper()
	var k keys
	var err error
	if _, k.ed25519Key, err = ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	if k.ecdsa, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if k.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "messages.example.com"},
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.rsa.Public(), k.rsa)
	if err != nil {
		t.Fatal(err)
	}
	k.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return k
}

func (k keys) public() string { return string(k.ed25519Key.Public().(ed25519.PublicKey)) }

func (k keys) paypal(at time.Time, body string) http.Header {
	stamp := at.Format(time.RFC3339)
	sum := sha256.Sum256(fmt.Appendf(nil, "t-1|%s|WH-1|%d", stamp, crc32.ChecksumIEEE([]byte(body))))
	sig, _ := rsa.SignPKCS1v15(nil, k.rsa, crypto.SHA256, sum[:])
	return headers(
		"Paypal-Transmission-Id",
		"t-1",
		"Paypal-Transmission-Time",
		stamp,
		"Paypal-Transmission-Sig",
		encode(sig),
	)
}

func (k keys) sendgrid(at time.Time, body string) http.Header {
	sum := sha256.Sum256([]byte(seconds(at) + body))
	sig, _ := ecdsa.SignASN1(rand.Reader, k.ecdsa, sum[:])
	return headers(
		"X-Twilio-Email-Event-Webhook-Timestamp",
		seconds(at),
		"X-Twilio-Email-Event-Webhook-Signature",
		encode(sig),
	)
}

func (k keys) spki() string {
	der, _ := x509.MarshalPKIXPublicKey(k.ecdsa.Public())
	return encode(der)
}

func braintreeForm(body string) string {
	key := sha1.Sum([]byte(plain))
	payload := base64.StdEncoding.EncodeToString([]byte(body)) + "\n"
	return "bt_signature=" + url.QueryEscape(
		"other|00&public|"+hmacHex(sha1.New, string(key[:]), payload),
	) + "&bt_payload=" + url.QueryEscape(
		payload,
	)
}

func adyenBody(reference string) string {
	sum := hmac64(sha256.New, plain, reference+"::Shop:order-1:1000:EUR:AUTHORISATION:true")
	return `{"live":"false","notificationItems":[` + adyenItem(reference, sum) + `]}`
}

func adyenItem(reference, sum string) string {
	return `{"NotificationRequestItem":{"additionalData":{"hmacSignature":"` + sum +
		`"},"amount":{"currency":"EUR","value":1000},` +
		`"eventCode":"AUTHORISATION","merchantAccountCode":"Shop","merchantReference":"order-1","pspReference":"` +
		reference +
		`","success":"true"}}`
}

func mailgunBody(at time.Time) string {
	const noise = "0123456789abcdef0123456789abcdef"
	return `{"signature":{"timestamp":"` + seconds(
		at,
	) + `","token":"` + noise + `","signature":"` + hmacHex(
		sha256.New,
		plain,
		seconds(at)+noise,
	) +
		`"},"event-data":{"event":"delivered","id":"mg-1"}}`
}

// record returns the sample as it is stored, signed at this time.
func (s *sample) record(at time.Time) *hook.Record {
	body := s.body
	header := http.Header{}
	if s.sign != nil {
		header = s.sign(at, body)
	}
	if s.id == "mailgun" {
		body = mailgunBody(at)
	}
	if s.wrap != nil {
		body = s.wrap(body)
	}
	r := extracttest.Record("POST", header, body)
	if s.query != nil {
		r.Query = s.query()
	}
	return r
}

func (s *sample) endpoint() *hook.Endpoint {
	return &hook.Endpoint{Provider: s.id, Verify: hook.Enforce, Tolerance: 5 * time.Minute, Settings: s.settings,
		Secrets: []hook.Secret{
			{Label: "old", Value: "another-secret-0123456789abcdef0"},
			{Label: "live", Value: s.secret},
			{Label: "empty"},
		}}
}

func (s *sample) examine(e *hook.Endpoint, r *hook.Record) signature.Result {
	p, _ := For(s.id)
	return p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
}

func bytesTurned(b []byte, i int) []byte {
	turned := bytes.Clone(b)
	turned[i] ^= 1
	return turned
}
