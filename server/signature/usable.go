package signature

import (
	"encoding/hex"
	"slices"
	"strings"

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
	return !p.Certificate.IsZero() || p.hasUsableSecret(e, p.SecretsOf(e))
}

// hasUsableSecret reports whether one of the secrets makes a key for this sender. An expired certificate counts.
func (p *Profile) hasUsableSecret(e *hook.Endpoint, secrets []hook.Secret) bool {
	schemes := p.SchemesFor(e)
	return slices.ContainsFunc(secrets, func(s hook.Secret) bool {
		if p.Messages {
			return len(algorithmsOf(publicKey(s.Value), s.Value)) > 0
		}
		return slices.ContainsFunc(schemes, func(sc Scheme) bool { return sc.usable(s.Value) })
	})
}

// usable reports whether a secret makes a key for the scheme. An expired certificate counts.
func (sc *Scheme) usable(secret string) bool {
	k, ok := sc.Key.parse(secret)
	if sc.Kind == Basic {
		_, password, _ := strings.Cut(secret, ":")
		return ok && !Blank(password)
	}
	return ok && (k.bytes == nil || !isZeroKey(k.bytes))
}

// Blank reports whether a secret consists only of white space and invisible characters, or only of a prefix such as
// whsec_ without a key. Such a secret protects nothing.
func Blank(secret string) bool {
	if secret != "" && secret[0] > ' ' && secret[0] < 0x7f && secret[0] != 'w' {
		return false // the common case, without scanning the secret
	}
	secret = strings.TrimPrefix(strings.TrimPrefix(secret, "whsec_"), "whpk_")
	return strings.Trim(secret, " \t\r\n\v\f\x00\u00a0\u200b\ufeff") == ""
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
