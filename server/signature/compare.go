package signature

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
)

// SameText compares secrets in constant time. It hashes both sides first, because the comparison itself would
// reveal whether the lengths are equal.
func SameText(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// sameLogin compares two "user:password" texts in constant time, user and password each. A blank password never
// matches.
func sameLogin(a, b []byte) bool {
	userA, passwordA, okA := bytes.Cut(a, []byte(":"))
	userB, passwordB, okB := bytes.Cut(b, []byte(":"))
	user, password := SameText(userA, userB), SameText(passwordA, passwordB)
	return user && password && okA && okB && len(bytes.TrimSpace(passwordB)) > 0
}

// sha256Of returns the digest of a text.
func sha256Of(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// hashID returns the identifier of a hash by its name, for signatures by private keys.
func hashID(name string) crypto.Hash {
	switch name {
	case "sha1":
		return crypto.SHA1
	case "sha384":
		return crypto.SHA384
	case "sha512":
		return crypto.SHA512
	}
	return crypto.SHA256
}

// newHash returns the constructor of a hash by its name; nil for an unknown one.
func newHash(name string) func() hash.Hash {
	switch name {
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	case "sha384":
		return sha512.New384
	case "sha512":
		return sha512.New
	}
	return nil
}
