package signature

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
)

// SameText compares secrets. Hashing both sides first hides their lengths.
func SameText(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// sameLogin compares user and password, parted at the first colon.
func sameLogin(a, b []byte) bool {
	userA, passwordA, okA := bytes.Cut(a, []byte(":"))
	userB, passwordB, okB := bytes.Cut(b, []byte(":"))
	user, password := SameText(userA, userB), SameText(passwordA, passwordB)
	return user && password && okA && okB && !Blank(string(passwordB))
}

// newHash returns the maker of a hash, nil for one that is not known.
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
