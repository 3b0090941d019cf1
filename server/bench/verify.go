//go:build linux

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
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
	return []checked{
		{"HMAC in pairs", "stripe", secret, nil, false, keyed},
		{"HMAC in base64", "shopify", secret, nil, false, keyed},
		{"HMAC in a list", "standard-webhooks", secret, nil, false, keyed},
		{"HMAC of address and form", "twilio", secret, nil, false, keyed},
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
	}, nil
}

// mostPerKiB is what verifying may add to receiving, in microseconds.
const mostPerKiB = 5

// verify measures what judging adds to receiving a body, against the bare hash or signature over the same bytes.
func (b *bench) verify() error {
	all, err := checks()
	if err != nil {
		return err
	}
	for _, c := range all {
		for _, kib := range []int{1, 64} {
			took, bare, err := b.judge(c, kib)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			r := row{what: fmt.Sprintf("verifying %s, %d KiB", c.name, kib), measured: fmt.Sprintf("%.2f µs", took),
				against: fmt.Sprintf("bare %.2f µs", bare), ratio: took / bare, value: took / float64(kib), unit: "µs/KiB", must: mostPerKiB, aim: mostPerKiB / 2.0}
			if c.fixed && kib == 1 {
				r.value, r.unit, r.must, r.aim = took/bare, "", 2.5, 1.5
			}
			b.table.add(r)
		}
	}
	return nil
}

// judge returns the microseconds that checking adds to one verdict and those of the bare work, medians of interleaved rounds.
func (b *bench) judge(c checked, kib int) (took, bare float64, err error) {
	p, _ := provider.For(c.provider)
	e := &hook.Endpoint{Provider: c.provider, Verify: hook.Enforce, Tolerance: time.Hour, Secrets: []hook.Secret{{Label: "live", Value: c.secret}}}
	on := provider.Receipt{At: time.Now(), URL: "https://hooks.example.com/in/a"}
	r, err := provider.NewSampler().Make(p, "", nil, on.At)
	if err != nil {
		return 0, 0, err
	}
	r.Body = filled(c.provider, kib)
	if err := p.Sign(r, provider.Signing{Endpoint: e, URL: on.URL, At: on.At, Secret: c.secret, Key: c.key}); err != nil {
		return 0, 0, err
	}
	if f := p.Examine(e, r, on); f.Verdict != hook.Verified {
		return 0, 0, fmt.Errorf("it is %s: %s", f.Verdict, f.Reason)
	}
	unchecked := *e
	unchecked.Verify = hook.Off // only what it says of its event is read, as of any delivery
	work := c.bare(r.Body)
	var one, other []float64
	for range 2*b.rounds + 1 {
		with := perCall(func() { _ = p.Examine(e, r, on) })
		one = append(one, with-perCall(func() { _ = p.Examine(&unchecked, r, on) }))
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
	event := `{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1772625600,"livemode":false,"data":{"object":{"id":"pi_1","amount":4900,"lines":[`
	line := `{"id":"li_0001","description":"A thing that was bought","amount":490,"currency":"eur","quantity":1}`
	lines := strings.Repeat(line+",", (kib<<10-len(event)-len(line))/(len(line)+1))
	switch sender {
	case "twilio":
		return []byte("MessageSid=SM1&MessageStatus=delivered&Body=" + base64.RawURLEncoding.EncodeToString(make([]byte, kib*700)))
	case "sendgrid":
		return []byte(`[` + event + lines + line + `]}}}]`)
	default:
		return []byte(event + lines + line + `]}}}`)
	}
}
