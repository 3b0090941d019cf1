package provider

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
)

// verify is judge for what costs no more to read than one delivery may: where a signature is held against what stands in
// the body, and not all of that could be read, nothing is proved.
func (p *Provider) verify(q *request) Finding {
	f := p.judge(q)
	if f.Verdict == hook.Verified && q.cut {
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Check: f.Check}
	}
	return f
}

// judge says what a request is worth. Only where the endpoint says that nothing is to be checked is it unsigned: one
// that is to check, and has nothing of use to check with, takes nothing.
func (p *Provider) judge(q *request) Finding {
	if q.endpoint.Verify == hook.Off {
		return Finding{Verdict: hook.Unsigned}
	}
	secrets := p.secrets(q.endpoint)
	if p.lacksSecret(q) {
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing}
	}
	f := p.tryAll(q, secrets)
	if f.Verdict == hook.Rejected && !p.fetches(q) && !p.makesKey(q.endpoint, secrets) {
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonSecretMissing} // found out only now: reading a key takes long
	}
	return f
}

// lacksSecret reports whether a request is to be checked, and there is nothing to check it with.
func (p *Provider) lacksSecret(q *request) bool {
	return q.endpoint.Verify != hook.Off && len(p.secrets(q.endpoint)) == 0 && !p.fetches(q)
}

// tryAll tries every rule whose signature was sent. Where none holds, the one that came farthest says why.
func (p *Provider) tryAll(q *request, secrets []hook.Secret) Finding {
	if p.whole != nil {
		return p.whole(q, secrets)
	}
	rules := p.rules
	if p.tuned {
		own, complaint := tune(q.endpoint.Settings)
		if complaint != "" {
			return Finding{Verdict: hook.Rejected, Reason: hook.ReasonKeyMissing}
		}
		rules = []rule{own}
	}
	var best Finding
	for i := range rules {
		f := rules[i].every(p, q, secrets)
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

// every tries a rule, item by item where items are signed: all must hold.
func (ru *rule) every(p *Provider, q *request, secrets []hook.Secret) (f Finding) {
	if !ru.each {
		return ru.try(q, secrets)
	}
	f = Finding{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing}
	items := p.batch.items(q)
	if len(items) > maxItems {
		f.Reason = hook.ReasonSignatureMalformed
		return f
	}
	for i := range items {
		q.look(items[i])
		one := ru.try(q, secrets)
		if i == 0 || one.Verdict == hook.Rejected {
			f = one
		}
		if one.Verdict == hook.Rejected {
			break
		}
	}
	return f
}

// try holds one rule against the request. Every secret is tried, whichever matches first.
func (ru *rule) try(q *request, secrets []hook.Secret) Finding {
	f := Finding{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing, Check: ru.check(ru.hash)}
	if ru.legacy && q.endpoint.Settings["legacy"] != "accept" {
		return f
	}
	var found []signature
	sent := false
	if ru.kind == token || ru.kind == basic {
		var text string
		if text, sent = ru.presented(q); text != "" {
			found = []signature{{sum: []byte(text)}}
		}
	} else {
		found, sent = ru.signatures(q)
	}
	if len(found) == 0 {
		if sent {
			f.Reason = hook.ReasonSignatureMalformed
		}
		return f
	}
	if ru.format == algo {
		f.Check = ru.check(found[0].hash)
	}
	stamp, at, reason := ru.stamp(q)
	if reason != "" {
		f.Reason = reason
		return f
	}
	if f.Check.Dated {
		f.Check.Skew = q.At.Sub(at)
	}
	addresses, usable, matched := ru.addresses(q), false, -1
	for i, s := range secrets {
		k, ok := ru.key.of(s.Value, q.At)
		usable = usable || ok || ru.key == asText
		if !ok {
			continue
		}
		holds := slices.ContainsFunc(addresses, func(address string) bool { return ru.holds(q, k, found, stamp, address) })
		if holds && matched < 0 {
			matched = i
		}
	}
	switch {
	case !usable || !ru.complete(q.endpoint.Settings):
		f.Reason = hook.ReasonKeyMissing
	case matched < 0 && ru.mistake != "":
		f.Reason = ru.mistake
	case matched < 0:
		f.Reason = hook.ReasonSignatureMismatch
	default:
		return within(q, f.Check, secrets[matched].Label)
	}
	return f
}

// within judges the age of a genuine signature, both ways.
func within(q *request, c hook.Check, label string) Finding {
	switch limit := q.endpoint.Tolerance; {
	case c.Dated && limit > 0 && c.Skew > limit:
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonTimestampTooOld, Check: c}
	case c.Dated && limit > 0 && c.Skew < -limit:
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonTimestampInFuture, Check: c}
	}
	return Finding{Verdict: hook.Verified, Secret: label, Check: c}
}

// stamp reads the signed timestamp; reason says why it could not be.
func (ru *rule) stamp(q *request) (text string, at time.Time, reason hook.Reason) {
	if ru.time == "" {
		return "", at, ""
	}
	if text = ru.stampText(q); text == "" {
		return "", at, hook.ReasonTimestampMissing
	}
	if ru.unit == 0 {
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
	if ru.unit == time.Millisecond {
		return text, time.UnixMilli(int64(n)), ""
	}
	return text, time.Unix(int64(n), 0), ""
}

// holds reports whether one of the signatures is that of the message under k.
func (ru *rule) holds(q *request, k key, found []signature, stamp, address string) (ok bool) {
	if ru.inURL != "" && !q.holdsBody(address, ru.inURL) {
		return false
	}
	for _, tail := range ru.tails() {
		message, sum, of := ru.message+tail, []byte(nil), ""
		for _, s := range found {
			if ru.kind == keyed || ru.kind == plainHash { // one sum, however many signatures there are to compare
				if of != s.hash {
					sum, of = ru.sumOf(q, s.hash, k, message, stamp, address), s.hash
				}
				ok = (sum != nil && hmac.Equal(sum, s.sum)) || ok
				continue
			}
			ok = ru.one(q, k, s, message, stamp, address) || ok
		}
	}
	return ok
}

// tails are what may stand behind the message.
func (ru *rule) tails() []string {
	if ru.newline {
		return []string{"", "\n"}
	}
	return []string{""}
}

// sumOf is the right signature, nil where a part of the message cannot be had.
func (ru *rule) sumOf(q *request, hashed string, k key, message, stamp, address string) []byte {
	var h hash.Hash
	if ru.kind == keyed {
		h = q.keyed(hashed, k.bytes)
	} else {
		h = newHash(hashed)()
	}
	if !q.write(h, message, stamp, address, string(k.bytes)) {
		return nil
	}
	return h.Sum(nil)
}

// one compares what only a comparison can tell.
func (ru *rule) one(q *request, k key, s signature, message, stamp, address string) bool {
	switch ru.kind {
	case token:
		return sameText(s.sum, k.bytes)
	case basic:
		return sameLogin(s.sum, k.bytes)
	case edwards:
		var whole bytes.Buffer
		whole.Grow(len(q.record.Body) + 128)
		return q.write(&whole, message, stamp, address, "") && ed25519.Verify(k.edwards, whole.Bytes(), s.sum)
	}
	sum := ru.sumOf(q, ru.hash, k, message, stamp, address)
	if ru.kind == ecdsaP256 {
		return sum != nil && ecdsa.VerifyASN1(k.ecdsa, sum, s.sum)
	}
	return sum != nil && rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, sum, s.sum) == nil
}
