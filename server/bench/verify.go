//go:build linux

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	samples "hookbeam/server/sample"
	"hookbeam/server/signature"
)

// verifyCase is one signature scheme, a provider that uses it, and the bare cryptographic work that it cannot do
// without.
type verifyCase struct {
	name, provider string
	secret         string
	key            crypto.Signer
	fixed          bool // dominated by a public-key operation, whatever the size of the body
	bare           func(body []byte) func()
}

// verifyCases returns the cases, with new keys. bare receives a body and returns a function that does the bare work for
// it once.
func verifyCases() ([]verifyCase, error) {
	const secret = "whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl"
	keyed := func(body []byte) func() {
		return func() {
			m := hmac.New(sha256.New, []byte(secret))
			_, _ = m.Write(body)
			_ = m.Sum(nil)
		}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(&curve.PublicKey)
	if err != nil {
		return nil, err
	}
	// PayPal signs with RSA and names a certificate, so a self-signed one is needed.
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &long.PublicKey, long)
	if err != nil {
		return nil, err
	}
	return []verifyCase{
		{"HMAC in pairs", "stripe", secret, nil, false, keyed},
		{"HMAC in base64", "shopify", secret, nil, false, keyed},
		{"HMAC in a list", "standard-webhooks", secret, nil, false, keyed},
		{"HMAC of address and form", "twilio", secret, nil, false, keyed},
		{"HMAC of each KiB's fields", "adyen", hex.EncodeToString([]byte(secret)), nil, false,
			func(body []byte) func() {
				// Adyen signs about 80 bytes of fields of each item, and filled makes an item per KiB.
				each := keyed(body[:80])
				return func() {
					for range (len(body) + 512) >> 10 {
						each()
					}
				}
			}},
		{"RFC 9421, HMAC", "rfc9421", secret, nil, false, keyed},
		{"a token", "generic", secret, nil, false, keyed},
		{"Ed25519", "discord", hex.EncodeToString(public), private, true, func(body []byte) func() {
			sum := ed25519.Sign(private, body)
			return func() { _ = ed25519.Verify(public, body, sum) }
		}},
		{"ECDSA on P-256", "sendgrid", base64.StdEncoding.EncodeToString(spki), curve, true, func(body []byte) func() {
			digest := sha256.Sum256(body)
			sum, _ := ecdsa.SignASN1(rand.Reader, curve, digest[:])
			return func() { d := sha256.Sum256(body); _ = ecdsa.VerifyASN1(&curve.PublicKey, d[:], sum) }
		}},
		{"RSA by a certificate", "paypal",
			string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})), long, true,
			func(body []byte) func() {
				digest := sha256.Sum256(body)
				sum, _ := rsa.SignPKCS1v15(rand.Reader, long, crypto.SHA256, digest[:])
				return func() { _ = rsa.VerifyPKCS1v15(&long.PublicKey, crypto.SHA256, digest[:], sum) }
			}},
	}, nil
}

// The bounds: CPU that verifying may add to receiving, in microseconds per KiB of body, and the ratio to the bare
// public-key operation.
const (
	maxPerKiB = 5
	maxFixed  = 2.5
)

// verify measures what verifying adds to receiving a body, for each scheme and bodies of 1, 4, 16 and 64 KiB. It
// reports µs of CPU, and bounds them per KiB; the yardstick is the bare hash or signature over the same bytes. For a
// public key, its fixed cost has a row of its own. Unlike all others, this measurement calls the packages directly:
// over HTTP the differences would be lost in the noise.
func (b *bench) verify() error {
	all, err := verifyCases()
	if err != nil {
		return err
	}
	sizes := []int{1, 4, 16, 64}
	for _, c := range all {
		var took, bare, perKiB []float64
		for _, kib := range sizes {
			one, other, err := b.verifyCost(c, kib)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			took, bare, perKiB = append(took, one), append(bare, other), append(perKiB, one/float64(kib))
		}
		// The row's value is the worst size, per KiB.
		r := row{what: "verifying " + c.name + ", 1·4·16·64 KiB", measured: joined(took),
			against: "bare " + joined(bare),
			ratio:   took[3] / bare[3], value: slices.Max(perKiB), unit: "µs/KiB", must: maxPerKiB,
			aim: maxPerKiB / 2.0}
		// A public-key operation costs the same for every size: it gets its own row, and the slope between the smallest
		// and the largest body is what counts per KiB.
		if c.fixed {
			b.table.add(row{what: "verifying " + c.name + ", each", measured: joined(took[:1]),
				against: "bare " + joined(bare[:1]),
				ratio:   took[0] / bare[0], value: took[0] / bare[0], must: maxFixed, aim: 1.5})
			r.value = (took[3] - took[0]) / float64(sizes[3]-sizes[0])
		}
		b.table.add(r)
	}
	return nil
}

// joined prints figures with dots in between, in µs.
func joined(values []float64) string {
	var s []string
	for _, v := range values {
		s = append(s, strconv.FormatFloat(v, 'g', 3, 64))
	}
	return strings.Join(s, "·") + " µs"
}

// verifyCost returns how many microseconds of CPU verifying adds to reading a delivery of kib KiB, and those of the
// bare work: medians over interleaved rounds.
func (b *bench) verifyCost(c verifyCase, kib int) (took, bare float64, err error) {
	p, _ := provider.For(c.provider)
	e := &hook.Endpoint{Provider: c.provider, Verify: hook.Enforce, Tolerance: time.Hour,
		Settings: map[string]string{"webhook_id": "WH-1"}, Secrets: []hook.Secret{{Label: "live", Value: c.secret}}}
	on := signature.ReceiveContext{At: time.Now(), URL: "https://hooks.example.com/in/a"}
	r, err := samples.NewSampler().Make(p, "", nil, on.At)
	if err != nil {
		return 0, 0, err
	}
	r.Body = filled(c.provider, kib)
	if err := p.Sign(r, signature.Signing{Endpoint: e, URL: on.URL, At: on.At, Secret: c.secret,
		Key: c.key}); err != nil {
		return 0, 0, err
	}
	// A rejected body would be cheaper than a verified one.
	if f := p.Verify(e, r, on); f.Verdict != hook.Verified {
		return 0, 0, fmt.Errorf("it is %s: %s", f.Verdict, f.Reason)
	}
	unchecked := *e
	unchecked.Verify = hook.Off // only the event id and type are read, as of any delivery
	work := c.bare(r.Body)
	var one, other []float64
	// An odd number of rounds has a middle value. The difference of two calls can be negative, which is noise as well.
	for range 2*b.rounds + 1 {
		with := perCall(func() { _ = p.Verify(e, r, on) })
		one = append(one, with-perCall(func() { _ = p.Verify(&unchecked, r, on) }))
		other = append(other, perCall(work))
	}
	slices.Sort(one)
	slices.Sort(other)
	return one[b.rounds], other[b.rounds], nil
}

// perCall returns the CPU time of one call in microseconds, including the garbage collection that it causes. It calls
// do more and more often until the calls take at least 20 ms.
func perCall(do func()) float64 {
	for n := 64; ; n *= 2 {
		begin := ownCPU()
		for range n {
			do()
		}
		if took := ownCPU() - begin; took >= 20*time.Millisecond {
			return float64(took.Nanoseconds()) / 1000 / float64(n)
		}
	}
}

// ownCPU returns the CPU time that this process has used so far, user and system.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// filled returns a body of kib KiB in the format of the sender.
func filled(sender string, kib int) []byte {
	event := `{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1772625600` +
		`,"livemode":false,"data":{"object":{"id":"pi_1","amount":4900,"lines":[`
	line := `{"id":"li_0001","description":"A thing that was bought","amount":490,"currency":"eur","quantity":1}`
	lines := strings.Repeat(line+",", (kib<<10-len(event)-len(line))/(len(line)+1))
	switch sender {
	case "twilio":
		return []byte("MessageSid=SM1&MessageStatus=delivered&Body=" +
			base64.RawURLEncoding.EncodeToString(make([]byte, kib*700)))
	case "adyen":
		// An item of about one KiB, so a body of kib KiB has kib signatures to verify.
		item := `{"NotificationRequestItem":{"additionalData":{"hmacSignature":"` + strings.Repeat("A",
			44) + `","more":"` + strings.Repeat("x", 600) + `"},` +
			`"amount":{"currency":"EUR","value":4900},"eventCode":"AUTHORISATION"` +
			`,"eventDate":"2026-03-04T12:00:00+01:00","merchantAccountCode":"Shop",` +
			`"merchantReference":"10-0001","paymentMethod":"visa","pspReference":"7914073381342284","success":"true"}}`
		return []byte(`{"live":"false","notificationItems":[` + strings.Repeat(item+",", kib-1) + item + `]}`)
	case "sendgrid":
		return []byte(`[` + event + lines + line + `]}}}]`)
	default:
		return []byte(event + lines + line + `]}}}`)
	}
}
