package signature

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

// Signing is the input of Sign besides the delivery: who signs with what, and when. Exactly one of Secret and Key
// is set.
type Signing struct {
	Endpoint *hook.Endpoint // whose settings and registered address are signed, where they are
	URL      string         // the address that the endpoint has if it names no other as registered
	At       time.Time
	Secret   string        // shared with the endpoint, in the form that it holds; or else
	Key      crypto.Signer // the sender's own: Ed25519, ECDSA on P-256, or RSA
}

// ErrWrongKey means that the sender does not sign with such a secret or key.
var ErrWrongKey = errors.New("the sender does not sign with such a secret or key")

// ErrSettingMissing means that the endpoint lacks a setting that is part of the signed message.
var ErrSettingMissing = errors.New("the endpoint lacks a setting that is signed")

// errNoMessage means that the sender signs no such body.
var errNoMessage = errors.New("the sender signs no such body")

// Sign signs r as its sender would, by the first of the sender's schemes for which the secret or key is suitable.
// Its result verifies with Verify. It changes the headers, the query and the body of r.
//
// Errors are ErrWrongKey, with r unchanged, ErrSettingMissing, and a problem of kind hook.ErrConflict if the
// endpoint's settings are invalid.
func (p *Profile) Sign(r *hook.Record, with Signing) error {
	q := &Request{Endpoint: with.Endpoint, ReceiveContext: ReceiveContext{At: with.At, URL: with.URL}}
	q.Reset(r, with.Endpoint.Settings)
	q.Envelope = p.Envelope
	if p.Messages {
		return signMessage(q, with)
	}
	schemes := p.Schemes
	if own, complaint, custom := p.custom(with.Endpoint.Settings); custom {
		if complaint != "" {
			return &hook.Problem{Kind: hook.ErrConflict, Code: "setting_wrong",
				Detail: "In the endpoint's settings, " + complaint}
		}
		schemes = []Scheme{own}
	}
	// A scheme that fits exactly wins over an earlier one that could sign with the secret as well.
	for _, exactly := range []bool{true, false} {
		for i := range schemes {
			if schemes[i].fits(p, q, with, exactly) {
				err := schemes[i].sign(p, q, with)
				r.Size = int64(len(r.Body))
				return err
			}
		}
	}
	return ErrWrongKey
}

// fits reports whether the scheme can sign the request with the given secret or key. With exactly, it accepts for
// whsec_ schemes only secrets with that prefix: a secret that happens to be valid base64 may also be a plain token,
// so Sign tries other schemes first.
func (sc *Scheme) fits(p *Profile, q *Request, with Signing, exactly bool) bool {
	switch {
	case sc.Legacy || !sc.counts(q.Endpoint.Settings):
		return false
	case sc.BodyHashIn != "" || sc.PerItem && len(q.Items(p.Batch)) == 0:
		return false
	case with.Key != nil:
		return sc.signsWith(with.Key)
	case with.Secret == "" || sc.byPublicKey():
		return false
	}
	_, ok := sc.firstReading(with)
	return ok && (!exactly || sc.Key != FromWhsec || strings.HasPrefix(Clean(with.Secret), "whsec_"))
}

// firstReading returns the key that the secret most likely means: as it is, unless it makes no key then.
func (sc *Scheme) firstReading(with Signing) (key, bool) {
	var room [maxReadings]reading
	if found := sc.readings(&room, with.Secret, with.At); len(found) > 0 {
		return found[0].key, true
	}
	return key{}, false
}

// signsWith reports whether the scheme signs with private keys of this kind.
func (sc *Scheme) signsWith(key crypto.Signer) bool {
	if sc.Kind == JWT {
		return sc.algorithmOf(Signing{Key: key}) != ""
	}
	switch key.Public().(type) {
	case ed25519.PublicKey:
		return sc.Kind == Ed25519
	case *ecdsa.PublicKey:
		return sc.Kind == ECDSAP256
	case *rsa.PublicKey:
		return sc.Kind == RSACertificate || sc.Kind == RSAKey
	}
	return false
}

// sign writes the timestamp and the signature where the scheme expects them; one of each for every item if the
// items of a batch are signed.
func (sc *Scheme) sign(p *Profile, q *Request, with Signing) error {
	if !sc.complete(q.Endpoint.Settings) {
		return ErrSettingMissing
	}
	if !sc.PerItem {
		return sc.signOne(q, with, "")
	}
	for i := range len(q.Items(p.Batch)) {
		q.Items(p.Batch) // again: the signature of the item before changed the body
		q.Look(i)
		if err := sc.signOne(q, with, p.Batch.ItemPath(i)+"."); err != nil {
			return err
		}
	}
	return nil
}

// signOne signs the request, or one item of it. item is the path of the item in the body with a dot at its end, ""
// for the request.
func (sc *Scheme) signOne(q *Request, with Signing, item string) error {
	if sc.Kind == JWT {
		return sc.signToken(q, with)
	}
	for _, one := range sc.Where { // so that the scheme is for this delivery
		if err := q.writeAt(one.At, q.Text(one.Is), item); err != nil {
			return err
		}
	}
	timestamp := ""
	if sc.dated() {
		timestamp = sc.timestampOf(with.At)
		if err := q.writeAt(sc.Time, timestamp, item); err != nil {
			return err
		}
	}
	if !sc.SignedHeaders.IsZero() {
		if err := q.writeAt(sc.SignedHeaders, sc.headersToSign(), item); err != nil {
			return err
		}
	}
	text, err := sc.signature(q, with, timestamp)
	if err != nil {
		return err
	}
	return q.writeAt(sc.At, sc.Write(q.Endpoint, text, timestamp), item)
}

// timestampOf formats a time in the scheme's unit.
func (sc *Scheme) timestampOf(at time.Time) string {
	switch sc.Unit {
	case 0: // RFC 3339
		return at.UTC().Format(time.RFC3339)
	case time.Millisecond:
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// signature returns the encoded signature of the request; for a scheme without a signature, the secret itself.
func (sc *Scheme) signature(q *Request, with Signing, timestamp string) (string, error) {
	if sc.Kind == Token || sc.Kind == Basic {
		return strings.TrimFunc(with.Secret, surrounding), nil // as a header arrives
	}
	k, _ := sc.firstReading(with) // it fits, or there is a private key
	var message strings.Builder
	whole := signedText{of: sc, timestamp: timestamp, address: sc.addresses(q)[0]}
	if !q.write(&message, &whole, k.bytes) && sc.Fields != nil {
		return "", errNoMessage
	}
	var h hash.Hash
	switch sc.Kind {
	case HMAC:
		h = hmac.New(newHash(sc.hashName()), k.bytes)
	case Ed25519:
		sum, err := with.Key.Sign(rand.Reader, []byte(message.String()), crypto.Hash(0))
		return sc.Encoding.Encode(sum), err
	default:
		h = newHash(sc.hashName())()
	}
	_, _ = h.Write([]byte(message.String()))
	sum := h.Sum(nil)
	if sc.byPublicKey() {
		var err error
		if sum, err = with.Key.Sign(rand.Reader, sum, hashID(sc.hashName())); err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
	}
	return sc.Encoding.Encode(sum), nil
}
