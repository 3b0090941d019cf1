package signature

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"hash"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Verify returns the verdict on a request, with the reason if it is rejected. It rejects a request that could not
// be read completely within the limits of payload.Meter: a signature over parts of the body proves nothing about
// parts that were not read.
func (p *Profile) Verify(q *Request) Result {
	q.Envelope = p.Envelope
	f := p.evaluate(q)
	if f.Verdict == hook.Verified && q.Cut {
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Check: f.Check}
	}
	return f
}

// evaluate is Verify without the limit. A request is unsigned only if the endpoint's verification is off. An
// endpoint that verifies but has no usable secret rejects everything: it fails closed.
func (p *Profile) evaluate(q *Request) Result {
	if q.Endpoint.Verify == hook.Off {
		return Result{Verdict: hook.Unsigned}
	}
	secrets := p.SecretsOf(q.Endpoint)
	if p.LacksSecret(q) {
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing}
	}
	f := p.verifySchemes(q, secrets)
	if f.Verdict == hook.Rejected && !p.mayFetch(q) && !p.hasUsableSecret(q.Endpoint, secrets) {
		// checked last, because parsing keys is slow and most requests verify
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing}
	}
	return f
}

// LacksSecret reports whether the endpoint verifies, but has no secret and cannot look up a certificate.
func (p *Profile) LacksSecret(q *Request) bool {
	return q.Endpoint.Verify != hook.Off && len(p.SecretsOf(q.Endpoint)) == 0 && !p.mayFetch(q)
}

// verifySchemes tries every scheme of the sender. If none verifies, the result is that of the scheme that came
// farthest in the order of the checks, because its reason helps most.
func (p *Profile) verifySchemes(q *Request, secrets []hook.Secret) Result {
	if p.Messages {
		return verifyMessages(q, secrets)
	}
	schemes := p.Schemes
	if own, complaint, custom := p.custom(q.Endpoint.Settings); custom {
		if complaint != "" {
			return Result{Verdict: hook.Rejected, Reason: hook.ReasonKeyMissing}
		}
		q.custom[0] = own
		schemes = q.custom[:]
	}
	best := p.bestOf(q, schemes, secrets)
	if p.mayFetch(q) && (best.Reason == hook.ReasonKeyMissing || best.Reason == hook.ReasonSignatureMismatch) &&
		slices.ContainsFunc(p.Schemes, func(sc Scheme) bool { return sc.unfit(q) == "" }) {
		return p.verifyByFetched(q, best)
	}
	return best
}

// bestOf returns the result of the first scheme that verifies, or else that of the one that came farthest.
func (p *Profile) bestOf(q *Request, schemes []Scheme, secrets []hook.Secret) (best Result) {
	for i := range schemes {
		f := schemes[i].verifyItems(p, q, secrets)
		if f.Verdict == hook.Verified {
			return f
		}
		if i == 0 || f.Reason.FurtherThan(best.Reason) {
			best = f
		}
	}
	return best
}

// verifyItems verifies one scheme. If the sender signs each item of a batch, all items must verify.
func (sc *Scheme) verifyItems(p *Profile, q *Request, secrets []hook.Secret) (f Result) {
	if !sc.PerItem {
		return sc.verify(q, secrets)
	}
	f = Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing}
	items := q.Items(p.Batch)
	if len(items) > payload.MaxItems {
		f.Reason = hook.ReasonSignatureMalformed
		return f
	}
	for i := range items {
		q.Look(i)
		one := sc.verify(q, secrets)
		if one.Verdict == hook.Rejected {
			return one
		}
		marks := f.Marks | one.Marks
		if i == 0 {
			f = one
		}
		f.Marks = marks
	}
	return f
}

// verify verifies one scheme for the request, or for the item that is looked at. It tries every secret, and every
// reading of it, even after one has matched, so that its time does not depend on which one matches.
func (sc *Scheme) verify(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing, Check: sc.check(sc.Hash)}
	if sc.Legacy && q.Endpoint.Settings["legacy"] != "accept" || !sc.counts(q.Endpoint.Settings) {
		return f
	}
	if !sc.UnlessSent.IsZero() && q.Text(sc.UnlessSent) != "" {
		return f
	}
	if reason := sc.unfit(q); reason != "" {
		f.Reason = reason
		return f
	}
	if sc.Kind == JWT {
		return sc.verifyTokens(q, secrets)
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
	// The verdict names the hash that was used: with this format, the signature chooses it.
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
	// Any text is a key with AsText, so the reason is never key_missing then.
	addresses, usable, matched, marks, extra := sc.addresses(q), sc.Key == AsText, -1, hook.Marks(0), 0
	var room [maxReadings]reading
	for i, s := range secrets {
		for j, one := range sc.readings(&room, s.Value, q.At) {
			if j > 0 {
				if extra++; extra > maxExtra {
					break
				}
			}
			usable = true
			holds := slices.ContainsFunc(addresses, func(address string) bool {
				return sc.anyMatches(q, one.key, found, timestamp, address)
			})
			if holds && matched < 0 {
				matched, marks = i, one.marks|one.strength()
			}
		}
	}
	switch {
	case !usable || !sc.complete(q.Endpoint.Settings): // the endpoint's configuration is the cause, not the delivery
		f.Reason = hook.ReasonKeyMissing
	case matched < 0 && sc.MismatchReason != "":
		f.Reason = sc.MismatchReason
	case matched < 0:
		f.Reason = hook.ReasonSignatureMismatch
	default:
		return withinTolerance(q, f.Check, secrets[matched].Label, marks)
	}
	return f
}

// withinTolerance checks the age of a genuine signature. A timestamp in the future is limited like one in the past:
// otherwise a stolen request could be replayed later. Tolerance 0 means any age.
func withinTolerance(q *Request, c hook.Check, label string, marks hook.Marks) Result {
	switch limit := q.Endpoint.Tolerance; {
	case c.Dated && limit > 0 && c.Skew > limit:
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonTimestampTooOld, Check: c}
	case c.Dated && limit > 0 && c.Skew < -limit:
		return Result{Verdict: hook.Rejected, Reason: hook.ReasonTimestampInFuture, Check: c}
	}
	return Result{Verdict: hook.Verified, Secret: label, Check: c, Marks: marks}
}

// signedText is a scheme's message together with the values of its variables.
type signedText struct {
	of        *Scheme
	other     bool // the alternative form of the message, see Scheme.forms
	timestamp string
	address   string
}

// anyMatches reports whether one of the signatures is valid for the message with key k. It compares all of them, in
// constant time.
func (sc *Scheme) anyMatches(q *Request, k key, found []sentSignature, timestamp, address string) (ok bool) {
	if sc.BodyHashIn != "" && !q.namesBody(address, sc.BodyHashIn) {
		return false
	}
	for form := range sc.forms() {
		text, sum, of := signedText{sc, form > 0, timestamp, address}, []byte(nil), ""
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

// forms returns how many forms the message has: an alternative one ends with a newline, or has its body escaped.
func (sc *Scheme) forms() int {
	if sc.Newline || sc.EscapedBody {
		return 2
	}
	return 1
}

// digest returns the HMAC or hash of the message; nil if a part of the message does not exist.
func (sc *Scheme) digest(q *Request, hashed string, k key, text *signedText) []byte {
	var h hash.Hash
	if sc.Kind == HMAC {
		h = q.keyedHash(hashed, k.bytes)
	} else {
		h = newHash(hashed)()
	}
	if !q.write(h, text, k.bytes) {
		return nil
	}
	return h.Sum(nil)
}

// matches verifies one signature of a kind that cannot be verified by computing the right one: credentials and
// signatures by private keys.
func (sc *Scheme) matches(q *Request, k key, s sentSignature, text *signedText) bool {
	switch sc.Kind {
	case Token:
		return SameText(s.sum, k.bytes)
	case Basic:
		return sameLogin(s.sum, k.bytes)
	case Ed25519:
		var whole bytes.Buffer
		whole.Grow(len(q.Record.Body) + 128)
		return q.write(&whole, text, nil) && ed25519.Verify(k.ed25519, whole.Bytes(), s.sum)
	}
	sum := sc.digest(q, sc.Hash, k, text)
	if sc.Kind == ECDSAP256 {
		return sum != nil && ecdsa.VerifyASN1(k.ecdsa, sum, s.sum)
	}
	return sum != nil && rsa.VerifyPKCS1v15(k.rsa, hashID(sc.Hash), sum, s.sum) == nil
}
