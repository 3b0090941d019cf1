package provider

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
)

// sameText compares secrets. Hashing both sides first hides their lengths.
func sameText(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// sameLogin compares user and password, parted at the first colon.
func sameLogin(a, b []byte) bool {
	userA, passwordA, okA := bytes.Cut(a, []byte(":"))
	userB, passwordB, okB := bytes.Cut(b, []byte(":"))
	user, password := sameText(userA, userB), sameText(passwordA, passwordB)
	return user && password && okA && okB && !blank(string(passwordB))
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

// bodyHashes are hashes of the body, once asked for: a request may ask for them by the hundred.
type bodyHashes struct {
	sha256 [sha256.Size]byte
	sha512 [sha512.Size]byte
	has256 bool
	has512 bool
}

func (q *request) bodySHA256() []byte {
	if !q.hashes.has256 {
		q.hashed += len(q.record.Body)
		q.hashes.sha256, q.hashes.has256 = sha256.Sum256(q.record.Body), true
	}
	return q.hashes.sha256[:]
}

func (q *request) bodySHA512() []byte {
	if !q.hashes.has512 {
		q.hashed += len(q.record.Body)
		q.hashes.sha512, q.hashes.has512 = sha512.Sum512(q.record.Body), true
	}
	return q.hashes.sha512[:]
}
