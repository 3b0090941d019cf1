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

// checked is one way to sign, and the bare work that it cannot do without.
type checked struct {
	name, provider string
	secret         string
	key            crypto.Signer
	fixed          bool // its work is that of a public key, whatever the body's size
	bare           func(body []byte) func()
}

// checks are the ways to sign, a sender for each.
func checks() ([]checked, error) {
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
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &long.PublicKey, long)
	if err != nil {
		return nil, err
	}
	return []checked{
		{"HMAC in pairs", "stripe", secret, nil, false, keyed},
		{"HMAC in base64", "shopify", secret, nil, false, keyed},
		{"HMAC in a list", "standard-webhooks", secret, nil, false, keyed},
		{"HMAC of address and form", "twilio", secret, nil, false, keyed},
		{"HMAC of each KiB's fields", "adyen", hex.EncodeToString([]byte(secret)), nil, false,
			func(body []byte) func() {
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

// The bounds: what checking may add to receiving, in microseconds of CPU per KiB, and how many times the bare work of a
// public key it may take.
const (
	mostPerKiB = 5
	mostFixed  = 2.5
)

// verify measures what checking adds to receiving bodies of four sizes, against the bare hash or signature over the
// same bytes. Where a public key is used, its fixed cost stands in a row of its own.
func (b *bench) verify() error {
	all, err := checks()
	if err != nil {
		return err
	}
	sizes := []int{1, 4, 16, 64}
	for _, c := range all {
		var took, bare, perKiB []float64
		for _, kib := range sizes {
			one, other, err := b.judge(c, kib)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			took, bare, perKiB = append(took, one), append(bare, other), append(perKiB, one/float64(kib))
		}
		r := row{what: "verifying " + c.name + ", 1·4·16·64 KiB", measured: inLine(took),
			against: "bare " + inLine(bare),
			ratio:   took[3] / bare[3], value: slices.Max(perKiB), unit: "µs/KiB", must: mostPerKiB,
			aim: mostPerKiB / 2.0}
		if c.fixed {
			b.table.add(row{what: "verifying " + c.name + ", each", measured: inLine(took[:1]),
				against: "bare " + inLine(bare[:1]),
				ratio:   took[0] / bare[0], value: took[0] / bare[0], must: mostFixed, aim: 1.5})
			r.value = (took[3] - took[0]) / float64(sizes[3]-sizes[0])
		}
		b.table.add(r)
	}
	return nil
}

func inLine(values []float64) string {
	var s []string
	for _, v := range values {
		s = append(s, strconv.FormatFloat(v, 'g', 3, 64))
	}
	return strings.Join(s, "·") + " µs"
}

// judge returns the microseconds that checking adds to one verdict and those of the bare work, medians of
// interleaved rounds.
func (b *bench) judge(c checked, kib int) (took, bare float64, err error) {
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
	if f := p.Verify(e, r, on); f.Verdict != hook.Verified {
		return 0, 0, fmt.Errorf("it is %s: %s", f.Verdict, f.Reason)
	}
	unchecked := *e
	unchecked.Verify = hook.Off // only what it says of its event is read, as of any delivery
	work := c.bare(r.Body)
	var one, other []float64
	for range 2*b.rounds + 1 {
		with := perCall(func() { _ = p.Verify(e, r, on) })
		one = append(one, with-perCall(func() { _ = p.Verify(&unchecked, r, on) }))
		other = append(other, perCall(work))
	}
	slices.Sort(one)
	slices.Sort(other)
	return one[b.rounds], other[b.rounds], nil
}

// perCall is microseconds of CPU, that of collecting garbage in it, of one call, over at least 20 ms of them.
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

// ownCPU is what this process has used so far.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// filled is a body as the sender's, of so many KiB.
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
