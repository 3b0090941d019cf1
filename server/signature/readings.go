package signature

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode"

	"hookbeam/server/hook"
)

// A secret is stored as it was given, and people give it as they see it: with a line break from a file, in quotes from
// a configuration, as text where a sender's page shows no base64. Only the sender knows which of it belongs to the key,
// so a secret may have several readings. Each is a key that Verify tries; the first is the secret as it is.

// reading is one key that a secret may be meant as.
type reading struct {
	key
	size  int        // bytes that somebody would have to guess; MinSecret for a public key, which nobody guesses
	marks hook.Marks // how it differs from the secret as it is: hook.MarkSecretTrimmed, hook.MarkSecretAsText
}

// The limits of readings. Every secret counts as it is; the others bound what a forged delivery costs: it is hashed at
// most twice as often as with the maximum of ten secrets that have one reading each.
const (
	maxReadings = 4  // of one secret
	maxExtra    = 10 // of all secrets of an endpoint together, besides one of each
)

// MinSecret is the length in bytes from which a secret cannot be guessed from one signed request. A shorter one is
// accepted and marked as weak (hook.MarkSecretWeak).
const MinSecret = 16

// readings returns the keys that a secret may be meant as, in the form f; none if it makes no key at all. They are
// stored in room, so that nothing is allocated for them. The time is that for which a certificate must be valid; zero
// accepts any certificate.
func (f KeyForm) readings(room *[maxReadings]reading, secret string, at time.Time) []reading {
	clean := Clean(secret)
	if f == FromWhsec {
		return whsecReadings(room[:0], secret, clean)
	}
	found := room[:0]
	if k, ok := f.key(secret, at); ok {
		found = append(found, reading{key: k, size: f.size(k, secret)})
	}
	asText := f == AsText || f == AsNFKD || f == HashedWithSHA1
	if clean == secret || len(found) > 0 && !asText {
		return found
	}
	if k, ok := f.key(clean, at); ok {
		found = append(found, reading{key: k, size: f.size(k, clean), marks: hook.MarkSecretTrimmed})
	}
	return found
}

// size returns how many bytes of a key somebody would have to guess. text is what the key was made of.
func (f KeyForm) size(k key, text string) int {
	switch {
	case f == HashedWithSHA1, f == AsNFKD:
		return len(text)
	case k.bytes != nil:
		return len(k.bytes)
	default:
		return MinSecret
	}
}

// whsecReadings is readings for FromWhsec. What follows whsec_ is base64. Without the prefix, a secret that is base64
// may as well be meant as text, and one that is not base64 is text: some senders show the key itself. A public key, or
// a key of zeros, is never read as text, because everybody knows it.
func whsecReadings(found []reading, secret, clean string) []reading {
	if Blank(secret) || hasPublicKey(clean) {
		return found
	}
	coded, marked := codedIn(clean)
	decoded, strict := decodeAnyBase64(coded)
	switch {
	case decoded != nil && isZeroKey(decoded):
		return found
	case decoded != nil:
		size := len(decoded)
		if !marked {
			size = len(coded) // the text is what somebody chose
		}
		found = append(found, reading{key: key{bytes: decoded}, size: size})
	}
	if marked && strict {
		return found
	}
	texts := [...]string{secret, clean, coded}
	for i, text := range texts {
		if slices.Contains(texts[:i], text) || isZeroKey([]byte(text)) {
			continue
		}
		marks := hook.MarkSecretAsText
		if i > 0 {
			marks |= hook.MarkSecretTrimmed
		}
		found = append(found, reading{key: key{bytes: []byte(text)}, size: len(text), marks: marks})
	}
	return found
}

// codedIn returns what follows whsec_ in a secret. People write the prefix twice, in capitals or with a blank behind
// it, and copy the comma or semicolon behind a secret.
func codedIn(clean string) (coded string, marked bool) {
	const prefix = "whsec_"
	for coded = clean; len(coded) >= len(prefix) && strings.EqualFold(coded[:len(prefix)], prefix); marked = true {
		coded = strings.TrimRight(strings.TrimLeft(coded[len(prefix):], " "), " ,;")
	}
	return coded, marked
}

// hasPublicKey reports whether a text is written like a public key. Such a text is never the key of an HMAC, whatever
// stands around it: everybody may know it.
func hasPublicKey(text string) bool {
	return strings.Contains(text, "whpk_") || strings.Contains(text, "-----BEGIN")
}

// decodeAnyBase64 decodes base64 with or without padding, in the standard or the URL alphabet; nil if it is none.
// strict reports whether it is standard base64 with padding.
func decodeAnyBase64(text string) (decoded []byte, strict bool) {
	if b, err := base64.StdEncoding.DecodeString(text); err == nil && len(b) > 0 {
		return b, true
	}
	bare := strings.TrimRight(text, "=")
	for _, encoding := range [...]*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := encoding.DecodeString(bare); err == nil && len(b) > 0 {
			return b, false
		}
	}
	return nil, false
}

// readings returns the keys of a secret for the scheme. With Basic, only the password must be guessed, and there must
// be one. A secret that is the whole header, such as "Bearer abc", is meant as what the header contains.
func (sc *Scheme) readings(room *[maxReadings]reading, secret string, at time.Time) []reading {
	bare := sc.withoutHeader(secret)
	if bare == "" {
		return sc.readingsOf(room, secret, at)
	}
	found := sc.readingsOf(room, bare, at)
	for i := range found {
		found[i].marks |= hook.MarkSecretTrimmed
	}
	return found
}

// readingsOf is readings of a secret without a header around it.
func (sc *Scheme) readingsOf(room *[maxReadings]reading, secret string, at time.Time) []reading {
	found := sc.Key.readings(room, secret, at)
	if sc.Key == FromPublicKey || sc.Kind == JWT {
		return slices.DeleteFunc(found, func(r reading) bool { return !sc.suits(r.key, secret) })
	}
	if sc.Kind != Basic {
		return found
	}
	kept := found[:0]
	for _, r := range found {
		text := secret
		if r.marks&hook.MarkSecretTrimmed != 0 {
			text = Clean(secret)
		}
		if _, password, _ := strings.Cut(text, ":"); !Blank(password) {
			r.size = len(password)
			kept = append(kept, r)
		}
	}
	return kept
}

// withoutHeader returns the token, or user:password, in a secret that was copied with its header or with the name of
// the HTTP authentication before it; "" if it was not.
func (sc *Scheme) withoutHeader(secret string) string {
	if sc.Prefix == "" || sc.Kind != Token && sc.Kind != Basic {
		return ""
	}
	text := Clean(secret)
	if name, value, found := strings.Cut(text, ":"); found && strings.EqualFold(name, "Authorization") {
		text = strings.TrimLeft(value, " ")
	}
	way, value, _ := strings.Cut(text, " ")
	if value = strings.TrimLeft(value, " "); value == "" || !strings.EqualFold(way, sc.Prefix) {
		return ""
	}
	if sc.Kind == Token {
		return value
	}
	login, err := base64.StdEncoding.DecodeString(value)
	if err != nil || !strings.Contains(string(login), ":") {
		return ""
	}
	return string(login)
}

// suits reports whether the scheme can verify with a key that was made of a secret. Everybody knows a public key, so it
// must never be the key of an HMAC.
func (sc *Scheme) suits(k key, secret string) bool {
	switch sc.Kind {
	case Ed25519:
		return k.ed25519 != nil
	case ECDSAP256:
		return k.ecdsa != nil
	case RSAKey:
		return k.rsa != nil
	case JWT:
		isPublic := hasPublicKey(secret) || strings.Contains(secret, `"kty"`)
		return (k.bytes == nil || !isPublic) &&
			slices.ContainsFunc(sc.Claims.Algorithms, func(alg string) bool { return tokenKey(alg, k) != nil })
	default:
		return k.bytes != nil
	}
}

// strength returns the mark of a weak key, or 0.
func (r *reading) strength() hook.Marks {
	if r.size < MinSecret {
		return hook.MarkSecretWeak
	}
	return 0
}

// Clean returns a secret without what copying adds: white space, invisible characters and a pair of quotes around it,
// and the version that some senders show before whsec_ ("v1,whsec_…"). PEM gets line feeds as line breaks.
func Clean(secret string) string {
	if secret == "" || plain(secret[0]) && plain(secret[len(secret)-1]) {
		return secret // the common case, without scanning the secret
	}
	clean := strings.TrimFunc(secret, surrounding)
	for _, q := range [...][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}} {
		if len(clean) >= len(q[0])+len(q[1]) && strings.HasPrefix(clean, q[0]) && strings.HasSuffix(clean, q[1]) {
			clean = strings.TrimFunc(clean[len(q[0]):len(clean)-len(q[1])], surrounding)
			break
		}
	}
	for _, version := range [...]string{"v1,", "v1a,"} {
		bare, found := strings.CutPrefix(clean, version)
		bare = strings.TrimLeft(bare, " ")
		if found && (strings.HasPrefix(bare, "whsec_") || strings.HasPrefix(bare, "whpk_")) {
			return bare
		}
	}
	if strings.HasPrefix(clean, "-----BEGIN ") && strings.ContainsAny(clean, "\r\\") {
		clean = strings.NewReplacer("\r\n", "\n", "\r", "\n", `\r\n`, "\n", `\n`, "\n").Replace(clean)
	}
	return clean
}

// plain reports whether a character at an end of a secret means that Clean has nothing to remove there.
func plain(c byte) bool {
	return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '`' && c != 'v' && c != '-'
}

// surrounding reports whether a character is white space or invisible.
func surrounding(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// CleanPEM returns a key or certificate in PEM as Clean does: files end with a line break, and some have those of
// Windows. It returns a text that is not PEM as it is.
func CleanPEM(text string) string {
	if clean := Clean(text); strings.HasPrefix(clean, "-----BEGIN ") {
		return clean
	}
	return text
}
