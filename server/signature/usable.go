package signature

import (
	"encoding/hex"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// Checks reports whether a delivery to e can be checked at all: e has a secret that makes a key for one
// of the sender's schemes, or the settings with which the certificate is looked up that each delivery
// names. Where it is false, a delivery can only be unsigned (hook.Off) or rejected.
func (p *Profile) Checks(e *hook.Endpoint) bool {
	schemes := p.SchemesFor(e)
	complete := func(sc Scheme) bool { return sc.complete(e.Settings) }
	if !p.Messages && !slices.ContainsFunc(schemes, complete) {
		return false
	}
	return !p.Certificate.IsZero() || p.makesKey(e, p.SecretsOf(e))
}

// makesKey reports whether one of the secrets is of any use, however old it is.
func (p *Profile) makesKey(e *hook.Endpoint, secrets []hook.Secret) bool {
	schemes := p.SchemesFor(e)
	return slices.ContainsFunc(secrets, func(s hook.Secret) bool {
		if p.Messages {
			return len(algorithmsOf(publicKey(s.Value), s.Value)) > 0
		}
		return slices.ContainsFunc(schemes, func(sc Scheme) bool { return sc.usable(s.Value) })
	})
}

// usable reports whether a secret makes a key for the scheme. A certificate may have expired.
func (sc *Scheme) usable(secret string) bool {
	k, ok := sc.Key.read(secret)
	if sc.Kind == Basic {
		_, password, _ := strings.Cut(secret, ":")
		return ok && !Blank(password)
	}
	return ok && (k.bytes == nil || !isZeroKey(k.bytes))
}

// Blank reports whether a secret is empty but for white space and characters that nobody sees,
// or for the mark of a key that is missing: such a one protects nothing.
func Blank(secret string) bool {
	if secret != "" && secret[0] > ' ' && secret[0] < 0x7f && secret[0] != 'w' {
		return false // as nearly all begin
	}
	secret = strings.TrimPrefix(strings.TrimPrefix(secret, "whsec_"), "whpk_")
	return strings.Trim(secret, " \t\r\n\v\f\x00\u00a0\u200b\ufeff") == ""
}

// isZeroKey reports whether a key is nothing but zeros. HMAC fills its key up with zeros (RFC 2104 §2),
// so anybody can sign with such a key, as with an empty one.
func isZeroKey(key []byte) bool {
	for _, b := range key {
		if b != 0 {
			return false
		}
	}
	return true
}

// smallOrder are the Ed25519 public keys of small order, the sign bit cleared: with such a key, one
// signature fits a great part of all messages, and no private key is needed to make it. They are the y
// coordinates of the points of order 1, 2, 4 and 8, and what is the same modulo 2^255-19.
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
