package provider

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Signing is what a sender signs with.
type Signing struct {
	Endpoint *hook.Endpoint // whose settings and registered address are signed, where they are
	URL      string         // the address that the endpoint has if it names no other as registered
	At       time.Time
	Secret   string        // shared with the endpoint, in the form that it holds; or else
	Key      crypto.Signer // the sender's own: Ed25519, ECDSA on P-256, or RSA
}

// ErrWrongKey says that a sender does not sign with such a secret or key.
var ErrWrongKey = errors.New("the sender does not sign with such a secret or key")

// Sign signs r as its sender would, by the first of the sender's rules that the secret or key fits: the mirror of
// Examine. It changes the headers, query and body of r. Errors are ErrWrongKey, with r as it was, and a problem of
// kind hook.ErrConflict where the endpoint lacks a setting that is signed.
func (p *Provider) Sign(r *hook.Record, with Signing) error {
	q := &request{record: r, endpoint: with.Endpoint, Receipt: Receipt{At: with.At, URL: with.URL}}
	if p.sign != nil {
		return p.sign(q, with)
	}
	rules := p.rules
	if p.tuned {
		own, complaint := tune(with.Endpoint.Settings)
		if complaint != "" {
			return &hook.Problem{Kind: hook.ErrConflict, Code: "setting_wrong", Detail: "In the endpoint's settings, " + complaint}
		}
		rules = []rule{own}
	}
	for _, exactly := range []bool{true, false} {
		for i := range rules {
			if rules[i].fits(p, q, with, exactly) {
				err := rules[i].sign(p, q, with)
				r.Size = int64(len(r.Body))
				return err
			}
		}
	}
	return ErrWrongKey
}

// fits reports whether this is how a sender signs who has such a key. exactly asks more of a secret than it takes to
// check with it: what looks like base64 may be a plain token as well.
func (ru *rule) fits(p *Provider, q *request, with Signing, exactly bool) bool {
	switch {
	case ru.legacy || ru.inURL != "" || ru.each && len(p.batch.items(q)) == 0:
		return false
	case with.Key != nil:
		return ru.takes(with.Key)
	case with.Secret == "" || ru.kind == edwards || ru.kind == ecdsaP256 || ru.kind == certificate:
		return false
	}
	_, ok := ru.key.of(with.Secret, with.At)
	return ok && (!exactly || ru.key != fromWhsec || strings.HasPrefix(with.Secret, "whsec_"))
}

// takes reports whether the rule signs with a private key of this kind.
func (ru *rule) takes(key crypto.Signer) bool {
	switch key.Public().(type) {
	case ed25519.PublicKey:
		return ru.kind == edwards
	case *ecdsa.PublicKey:
		return ru.kind == ecdsaP256
	case *rsa.PublicKey:
		return ru.kind == certificate
	}
	return false
}

// sign writes the time and the signature, or one for each item, where the rule looks for them.
func (ru *rule) sign(p *Provider, q *request, with Signing) error {
	if !ru.complete(q.endpoint.Settings) {
		return &hook.Problem{Kind: hook.ErrConflict, Code: "setting_missing",
			Detail: fmt.Sprintf("%s signs a value that the endpoint's settings do not have. Put it there first: %s.", p.Name, p.required())}
	}
	if !ru.each {
		return ru.signOne(q, with, "")
	}
	for i, item := range p.batch.items(q) {
		q.look(item)
		path := strings.Trim(fmt.Sprintf("%s.%d.%s", p.batch.list, i, p.batch.inner), ".")
		if err := ru.signOne(q, with, path+"."); err != nil {
			return err
		}
	}
	return nil
}

// signOne signs the request, or the item that is at this path of its body.
func (ru *rule) signOne(q *request, with Signing, item string) error {
	stamp := ""
	if ru.time != "" {
		stamp = ru.stampOf(with.At)
		if err := q.place(ru.time, stamp, item); err != nil {
			return err
		}
	}
	text, err := ru.sum(q, with, stamp)
	if err != nil {
		return err
	}
	return q.place(ru.at, ru.written(q, text, stamp), item)
}

func (ru *rule) stampOf(at time.Time) string {
	switch ru.unit {
	case 0:
		return at.UTC().Format(time.RFC3339)
	case time.Millisecond:
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// sum makes the signature, as text; of a rule that asks for the secret itself, the secret.
func (ru *rule) sum(q *request, with Signing, stamp string) (string, error) {
	if ru.kind == token || ru.kind == basic {
		return with.Secret, nil
	}
	k, _ := ru.key.of(with.Secret, with.At) // it fits, or there is a private key
	var message strings.Builder
	q.write(&message, ru.message, stamp, ru.addresses(q)[0], with.Secret)
	var h hash.Hash
	switch ru.kind {
	case keyed:
		h = hmac.New(newHash(ru.hashed()), k.bytes)
	case edwards:
		sum, err := with.Key.Sign(rand.Reader, []byte(message.String()), crypto.Hash(0))
		return ru.coding.encode(sum), err
	default:
		h = newHash(ru.hashed())()
	}
	_, _ = h.Write([]byte(message.String()))
	sum := h.Sum(nil)
	if ru.kind == ecdsaP256 || ru.kind == certificate {
		var err error
		if sum, err = with.Key.Sign(rand.Reader, sum, crypto.SHA256); err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
	}
	return ru.coding.encode(sum), nil
}

// required names the settings that the sender cannot do without.
func (p *Provider) required() string {
	var names []string
	for _, s := range p.Settings {
		if s.Required {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}
