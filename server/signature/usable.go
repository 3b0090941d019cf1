package signature

import (
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Checks reports whether deliveries to e can be verified at all: e has a secret that makes a key for one of the
// sender's schemes, or the settings that are needed to look up the certificate that each delivery names. If it
// returns false, deliveries are rejected, or unsigned if verification is off (hook.Off).
func (p *Profile) Checks(e *hook.Endpoint) bool {
	schemes := p.SchemesFor(e)
	complete := func(sc Scheme) bool { return sc.complete(e.Settings) }
	if !p.Messages && !slices.ContainsFunc(schemes, complete) {
		return false
	}
	return p.fetches(e.Settings) || p.hasUsableSecret(e, p.SecretsOf(e))
}

// hasUsableSecret reports whether one of the secrets makes a key for this sender. An expired certificate counts.
func (p *Profile) hasUsableSecret(e *hook.Endpoint, secrets []hook.Secret) bool {
	schemes := p.SchemesFor(e)
	return slices.ContainsFunc(secrets, func(s hook.Secret) bool {
		if p.Messages {
			texts, n := messageReadings(s.Value)
			return slices.ContainsFunc(texts[:n], func(text string) bool {
				return len(algorithmsOf(publicKey(text), text)) > 0
			})
		}
		return slices.ContainsFunc(schemes, func(sc Scheme) bool { return sc.usable(s.Value) })
	})
}

// usable reports whether a secret makes a key for the scheme. An expired certificate counts.
func (sc *Scheme) usable(secret string) bool {
	var room [maxReadings]reading
	return len(sc.readings(&room, secret, time.Time{})) > 0
}

// Usable reports whether a secret makes a key by which a delivery to e could be verified. An expired certificate
// counts.
func (p *Profile) Usable(e *hook.Endpoint, secret string) bool {
	return p.hasUsableSecret(e, []hook.Secret{{Value: secret}})
}

// Weak reports whether a secret makes a key that is short enough to be guessed from one signed request.
func (p *Profile) Weak(e *hook.Endpoint, secret string) bool {
	return p.marksOf(e, secret)&hook.MarkSecretWeak != 0
}

// OnlyAsText reports whether the text of a secret is the key for every scheme, although the sender's format is base64.
func (p *Profile) OnlyAsText(e *hook.Endpoint, secret string) bool {
	var room [maxReadings]reading
	asText := false
	for _, sc := range p.SchemesFor(e) {
		if found := sc.readings(&room, secret, time.Time{}); len(found) > 0 {
			if found[0].marks&hook.MarkSecretAsText == 0 {
				return false
			}
			asText = true
		}
	}
	return asText
}

// TakenAsGiven reports whether one of the readings of a secret is its text, character by character.
func (p *Profile) TakenAsGiven(e *hook.Endpoint, secret string) bool {
	if p.Messages {
		texts, _ := messageReadings(secret)
		return texts[0] == secret
	}
	var room [maxReadings]reading
	return slices.ContainsFunc(p.SchemesFor(e), func(sc Scheme) bool {
		return slices.ContainsFunc(sc.readings(&room, secret, time.Time{}), func(r reading) bool {
			return sc.Key == HashedWithSHA1 || sc.Key == AsNFKD || string(r.bytes) == secret
		})
	})
}

// SendsSecret reports whether the sender does not sign for an endpoint, but sends the secret itself.
func (p *Profile) SendsSecret(e *hook.Endpoint) bool {
	signs := func(sc Scheme) bool { return sc.Kind != Token && sc.Kind != Basic }
	return len(p.Schemes) > 0 && !slices.ContainsFunc(p.SchemesFor(e), signs)
}

// WantsLogin reports whether the secrets of an endpoint must be user:password.
func (p *Profile) WantsLogin(e *hook.Endpoint) bool {
	isLogin := func(sc Scheme) bool { return sc.Kind == Basic }
	return p.Secrets.Login || slices.ContainsFunc(p.SchemesFor(e), isLogin)
}

// marksOf returns the marks that deliveries get which are verified with one of the readings of a secret.
func (p *Profile) marksOf(e *hook.Endpoint, secret string) (marks hook.Marks) {
	if p.Messages {
		texts, n := messageReadings(secret)
		for _, text := range texts[:n] {
			for _, alg := range algorithmsOf(publicKey(text), text) {
				marks |= weakMessageKey(text, alg)
			}
		}
		return marks
	}
	var room [maxReadings]reading
	for _, sc := range p.SchemesFor(e) {
		for _, r := range sc.readings(&room, secret, time.Time{}) {
			marks |= r.marks | r.strength()
		}
	}
	return marks
}

// Blank reports whether a secret consists only of white space, invisible characters and quotes, or only of a prefix
// such as whsec_ without a key. Such a secret protects nothing.
func Blank(secret string) bool {
	if key := strings.TrimPrefix(secret, "whsec_"); key != "" && plain(key[0]) && key[0] != 'w' {
		return false // the common case, without scanning the secret
	}
	secret = Clean(secret)
	for _, prefix := range [...]string{"whsec_", "whpk_"} {
		secret = strings.TrimPrefix(secret, prefix)
	}
	return strings.TrimFunc(secret, surrounding) == ""
}

// isZeroKey reports whether all bytes of a key are zero. HMAC pads keys with zeros (RFC 2104 §2), so such a key is
// the same as an empty one, and anybody can sign with it.
func isZeroKey(key []byte) bool {
	for _, b := range key {
		if b != 0 {
			return false
		}
	}
	return true
}

// smallOrder reports whether an Ed25519 public key has small order. With such a key, one signature is valid for
// many messages, and anybody can make it without a private key. The list has the y coordinates of the points of
// order 1, 2, 4 and 8, and their other encodings (modulo 2^255-19), with the sign bit cleared.
func smallOrder(key []byte) bool {
	masked := slices.Clone(key)
	masked[len(masked)-1] &= 0x7f
	return slices.Contains([]string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	}, hex.EncodeToString(masked))
}
