// Package seal encrypts the secrets that are stored in the database: a copy of the file, its WAL or a backup shows none
// of them without the key.
//
// It promises that a sealed value can only be opened with its key and at its place. The place is a text such as
// "endpoint/ep_x/secret/live"; it is authenticated with the value, so a value that is copied to another row or column
// does not open there. A sealed value names its key, so a wrong key is recognized before anything is tried, and it is
// longer than the plain one by an amount that depends on the length alone. The package reads no files: package server
// finds the key. Start reading at Key.
package seal

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// prefix starts each sealed value. The number is the version of the form:
//
//	sealed:1:KEY-ID:base64url(nonce, ciphertext and tag of XChaCha20-Poly1305)
//
// A change of the form, or of what is authenticated, needs a new number.
const prefix = "sealed:1:"

// domain is authenticated before the place, so that values are never mixed up with those of another use of the key.
const domain = "hookbeam/sealed/1\x00"

// keySize is the length of a key in bytes, idSize that of its id.
const (
	keySize = chacha20poly1305.KeySize
	idSize  = 8
)

// The errors of Open.
var (
	// ErrNotSealed means that a value is plain text, or of a later version of the form.
	ErrNotSealed = errors.New("the value is not sealed")
	// ErrOtherKey means that the value was sealed with another key.
	ErrOtherKey = errors.New("the value was sealed with another key")
	// ErrChanged means that a value was changed after it was sealed, or that it belongs to another place.
	ErrChanged = errors.New("the sealed value was changed, or moved from another place")
)

// Key seals and opens values. It may be used by many goroutines.
type Key struct {
	id     string
	aead   cipher.AEAD
	random io.Reader
}

// Parse returns the key that text contains: 32 bytes, as base64 (with the standard or the URL alphabet, padded or not)
// or as 64 hexadecimal digits. White space around it is ignored. random is the source of nonces. The error never quotes
// the text.
func Parse(text string, random io.Reader) (*Key, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, errors.New("it is empty; it must be 32 random bytes as base64: openssl rand -base64 32")
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != keySize {
		plain := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
		raw, err = base64.RawStdEncoding.DecodeString(plain)
	}
	if err != nil || len(raw) != keySize {
		return nil, errors.New("it is not a key; a key is 32 random bytes, as base64 or as 64 hexadecimal digits: " +
			"openssl rand -base64 32")
	}
	return newKey(raw, random)
}

// New returns a new random key, and its text for Parse.
func New(random io.Reader) (k *Key, text string, err error) {
	raw := make([]byte, keySize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	k, err = newKey(raw, random)
	return k, base64.StdEncoding.EncodeToString(raw), err
}

// newKey returns the key of 32 bytes. A key of equal bytes is refused: it is an example or a mistake.
func newKey(raw []byte, random io.Reader) (*Key, error) {
	if strings.Count(string(raw), string(raw[:1])) == len(raw) {
		return nil, errors.New("it is the same byte 32 times, which anyone can guess; " +
			"make a random key: openssl rand -base64 32")
	}
	aead, err := chacha20poly1305.NewX(raw)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("hookbeam/key-id/1\x00"), raw...))
	return &Key{id: hex.EncodeToString(sum[:idSize]), aead: aead, random: random}, nil
}

// ID identifies the key. It is derived from the key and says nothing about it, so it may be shown and logged.
func (k *Key) ID() string { return k.id }

// Seal returns plain in its sealed form, for one place. Sealing a value again gives another text.
func (k *Key) Seal(place, plain string) (string, error) {
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	if _, err := io.ReadFull(k.random, nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	sealed := k.aead.Seal(nonce, nonce, []byte(plain), []byte(domain+place))
	return prefix + k.id + ":" + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns the plain text of a value that Seal returned for the same place. Its error is ErrNotSealed, ErrOtherKey
// or ErrChanged, wrapped with the place and never with the value.
func (k *Key) Open(place, sealed string) (string, error) {
	id, text, err := split(sealed)
	if err != nil {
		return "", fmt.Errorf("%s: %w", place, err)
	}
	if id != k.id {
		return "", fmt.Errorf("%s: %w (%s, not %s)", place, ErrOtherKey, id, k.id)
	}
	// Strict: each sealed value has one spelling.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < chacha20poly1305.NonceSizeX {
		return "", fmt.Errorf("%s: %w", place, ErrChanged)
	}
	nonce, cipherText := raw[:chacha20poly1305.NonceSizeX], raw[chacha20poly1305.NonceSizeX:]
	plain, err := k.aead.Open(nil, nonce, cipherText, []byte(domain+place))
	if err != nil {
		return "", fmt.Errorf("%s: %w", place, ErrChanged)
	}
	return string(plain), nil
}

// split returns the key's id and the base64 of a sealed value.
func split(sealed string) (id, text string, err error) {
	rest, ok := strings.CutPrefix(sealed, prefix)
	if !ok || len(rest) <= 2*idSize || rest[2*idSize] != ':' {
		return "", "", ErrNotSealed
	}
	return rest[:2*idSize], rest[2*idSize+1:], nil
}
