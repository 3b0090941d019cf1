package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"hash"
	"slices"
	"strconv"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Verify is evaluate for what costs no more to read than one delivery may: where a signature is held
// against what stands in the body, and not all of that could be read, nothing is proved.
func (p *Profile) Verify(q *Request) Result {
	f := p.evaluate(q)
	if f.Verdict == hook.Verified && q.Cut {
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Check: f.Check}
	}
	return f
}

// evaluate says what a request is worth. Only where the endpoint says that nothing is to be checked is
// it unsigned: one that is to check, and has nothing of use to check with, takes nothing.
func (p *Profile) evaluate(q *Request) Result {
	if q.Endpoint.Verify == hook.Off {
		return Result{Verdict: hook.Unsigned}
	}
	secrets := p.SecretsOf(q.Endpoint)
	if p.LacksSecret(q) {
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing}
	}
	f := p.tryAll(q, secrets)
	if f.Verdict == hook.Rejected && !p.fetches(q) && !p.makesKey(q.Endpoint, secrets) {
		// found out only now: reading a key takes long
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing}
	}
	return f
}

// LacksSecret reports whether a request is to be checked, and there is nothing to check it with.
func (p *Profile) LacksSecret(q *Request) bool {
	return q.Endpoint.Verify != hook.Off && len(p.SecretsOf(q.Endpoint)) == 0 && !p.fetches(q)
}

// tryAll tries every scheme whose signature was sent. Where none holds, the one that came farthest says why.
func (p *Profile) tryAll(q *Request, secrets []hook.Secret) Result {
	if p.Messages {
		return verifyMessages(q, secrets)
	}
	schemes := p.Schemes
	if p.Custom {
		own, complaint := customScheme(q.Endpoint.Settings)
		if complaint != "" {
			return Result{Verdict: hook.Rejected, Reason: hook.ReasonKeyMissing}
		}
		q.custom[0] = own
		schemes = q.custom[:]
	}
	var best Result
	for i := range schemes {
		f := schemes[i].every(p, q, secrets)
		if f.Verdict == hook.Verified {
			return f
		}
		if i == 0 || f.Reason.FurtherThan(best.Reason) {
			best = f
		}
	}
	if p.fetches(q) && (best.Reason == hook.ReasonKeyMissing || best.Reason == hook.ReasonSignatureMismatch) {
		return p.verifyByFetched(q, best)
	}
	return best
}

// every tries a scheme, item by item where items are signed: all must hold.
func (sc *Scheme) every(p *Profile, q *Request, secrets []hook.Secret) (f Result) {
	if !sc.PerItem {
		return sc.try(q, secrets)
	}
	f = Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing}
	items := q.Items(p.Batch)
	if len(items) > payload.MaxItems {
		f.Reason = hook.ReasonSignatureMalformed
		return f
	}
	for i := range items {
		q.Look(items[i])
		one := sc.try(q, secrets)
		if i == 0 || one.Verdict == hook.Rejected {
			f = one
		}
		if one.Verdict == hook.Rejected {
			break
		}
	}
	return f
}

// try checks one scheme against the request. Every secret is tried, whichever matches first.
func (sc *Scheme) try(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing, Check: sc.check(sc.Hash)}
	if sc.Legacy && q.Endpoint.Settings["legacy"] != "accept" {
		return f
	}
	var found []sentSignature
	sent := false
	if sc.Kind == Token || sc.Kind == Basic {
		var text string
		if text, sent = sc.credential(q); text != "" {
			found = []sentSignature{{sum: []byte(text)}}
		}
	} else {
		found, sent = sc.signatures(q)
	}
	if len(found) == 0 {
		if sent {
			f.Reason = hook.ReasonSignatureMalformed
		}
		return f
	}
	if sc.Format == AlgorithmPair {
		f.Check = sc.check(found[0].hash)
	}
	timestamp, at, reason := sc.timestamp(q)
	if reason != "" {
		f.Reason = reason
		return f
	}
	if f.Check.Dated {
		f.Check.Skew = q.At.Sub(at)
	}
	addresses, usable, matched := sc.addresses(q), false, -1
	for i, s := range secrets {
		k, ok := sc.Key.of(s.Value, q.At)
		usable = usable || ok || sc.Key == AsText
		if !ok {
			continue
		}
		holds := slices.ContainsFunc(addresses, func(address string) bool {
			return sc.holds(q, k, found, timestamp, address)
		})
		if holds && matched < 0 {
			matched = i
		}
	}
	switch {
	case !usable || !sc.complete(q.Endpoint.Settings):
		f.Reason = hook.ReasonKeyMissing
	case matched < 0 && sc.MismatchReason != "":
		f.Reason = sc.MismatchReason
	case matched < 0:
		f.Reason = hook.ReasonSignatureMismatch
	default:
		return withinTolerance(q, f.Check, secrets[matched].Label)
	}
	return f
}

// withinTolerance judges the age of a genuine signature, both ways.
func withinTolerance(q *Request, c hook.Check, label string) Result {
	switch limit := q.Endpoint.Tolerance; {
	case c.Dated && limit > 0 && c.Skew > limit:
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonTimestampTooOld, Check: c}
	case c.Dated && limit > 0 && c.Skew < -limit:
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonTimestampInFuture, Check: c}
	}
	return Result{Verdict: hook.Verified, Secret: label, Check: c}
}

// timestamp reads the signed timestamp; reason says why it could not be.
func (sc *Scheme) timestamp(q *Request) (text string, at time.Time, reason hook.Reason) {
	if !sc.dated() {
		return "", at, ""
	}
	if text = sc.TimestampText(q); text == "" {
		return "", at, hook.ReasonTimestampMissing
	}
	if sc.Unit == 0 {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "", at, hook.ReasonTimestampMalformed
		}
		return text, at, ""
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n > 1e14 {
		return "", at, hook.ReasonTimestampMalformed
	}
	if sc.Unit == time.Millisecond {
		return text, time.UnixMilli(int64(n)), ""
	}
	return text, time.Unix(int64(n), 0), ""
}

// signedText is a scheme's message with what stands in it.
type signedText struct {
	payload.Template
	ending    string // behind the message
	timestamp string
	address   string
}

// holds reports whether one of the signatures is that of the message under k.
func (sc *Scheme) holds(q *Request, k key, found []sentSignature, timestamp, address string) (ok bool) {
	if sc.BodyHashIn != "" && !q.holdsBody(address, sc.BodyHashIn) {
		return false
	}
	for _, ending := range sc.endings() {
		text, sum, of := signedText{sc.Message, ending, timestamp, address}, []byte(nil), ""
		for _, s := range found {
			if sc.Kind == HMAC || sc.Kind == PlainHash { // one sum, however many signatures there are to compare
				if of != s.hash {
					sum, of = sc.digest(q, s.hash, k, &text), s.hash
				}
				ok = (sum != nil && hmac.Equal(sum, s.sum)) || ok
				continue
			}
			ok = sc.matches(q, k, s, &text) || ok
		}
	}
	return ok
}

// endings are what may stand behind the message.
func (sc *Scheme) endings() []string {
	if sc.Newline {
		return []string{"", "\n"}
	}
	return []string{""}
}

// digest is the right sum of what is signed, nil where a part of the message cannot be had.
func (sc *Scheme) digest(q *Request, hashed string, k key, text *signedText) []byte {
	var h hash.Hash
	if sc.Kind == HMAC {
		h = q.keyedHash(hashed, k.bytes)
	} else {
		h = newHash(hashed)()
	}
	if !q.write(h, text, string(k.bytes)) {
		return nil
	}
	return h.Sum(nil)
}

// matches compares what only a comparison can tell.
func (sc *Scheme) matches(q *Request, k key, s sentSignature, text *signedText) bool {
	switch sc.Kind {
	case Token:
		return SameText(s.sum, k.bytes)
	case Basic:
		return sameLogin(s.sum, k.bytes)
	case Ed25519:
		var whole bytes.Buffer
		whole.Grow(len(q.Record.Body) + 128)
		return q.write(&whole, text, "") && ed25519.Verify(k.ed25519, whole.Bytes(), s.sum)
	}
	sum := sc.digest(q, sc.Hash, k, text)
	if sc.Kind == ECDSAP256 {
		return sum != nil && ecdsa.VerifyASN1(k.ecdsa, sum, s.sum)
	}
	return sum != nil && rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, sum, s.sum) == nil
}
