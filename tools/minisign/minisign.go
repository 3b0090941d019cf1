// Package minisign signs files in the format of minisign (https://jedisct1.github.io/minisign/): an Ed25519 signature
// of the file's BLAKE2b hash, with a comment that is signed too. It reads the secret keys that minisign -G writes, with
// or without a password.
//
// It promises that a signature depends only on the key, the file and the comment, so that a release that is made twice
// is signed the same. Start reading at Sign.
package minisign

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/scrypt"
)

// The names of algorithms in keys and signatures.
const (
	pureEd25519   = "Ed" // the signature is of the file itself; keys have this name too
	hashedEd25519 = "ED" // the signature is of the file's BLAKE2b-512 hash
	kdfScrypt     = "Sc"
	kdfNone       = "\x00\x00"
	checkBLAKE2b  = "B2"
)

// keyID tells keys apart. Signatures contain it, so that a wrong key is recognized as such.
type keyID [8]byte

// SecretKey signs. ParseSecretKey makes it.
type SecretKey struct {
	id  keyID
	key ed25519.PrivateKey
}

// secretLayout is the binary form of a secret key. The fields from ID on are XORed with a stream that scrypt derives
// from the password, unless KDF is kdfNone.
type secretLayout struct {
	Algorithm [2]byte
	KDF       [2]byte
	Check     [2]byte
	Salt      [32]byte
	Ops, Mem  uint64
	ID        keyID
	Key       [64]byte
	Sum       [32]byte // BLAKE2b-256 of Algorithm, ID and Key; zeros if there is no password
}

// ParseSecretKey parses the file of a secret key. password is ignored for a key without one.
func ParseSecretKey(file []byte, password string) (*SecretKey, error) {
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "untrusted comment: ") {
		return nil, errors.New("this is not a minisign secret key: it must be a comment and one line of base64, " +
			"as minisign -G writes it")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(lines[1]))
	var s secretLayout
	if err != nil || len(raw) != binary.Size(s) {
		return nil, errors.New("this is not a minisign secret key: its second line is damaged")
	}
	if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, &s); err != nil {
		return nil, err
	}
	if string(s.Algorithm[:]) != pureEd25519 || string(s.Check[:]) != checkBLAKE2b {
		return nil, errors.New("the secret key is of an unknown kind: create one with minisign -G")
	}
	switch string(s.KDF[:]) {
	case kdfNone:
	case kdfScrypt:
		if err := s.decrypt(raw, password); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("the secret key is encrypted in an unknown way: create one with minisign -G")
	}
	key := ed25519.NewKeyFromSeed(s.Key[:ed25519.SeedSize])
	if subtle.ConstantTimeCompare(key, s.Key[:]) != 1 {
		return nil, errors.New("the secret key is damaged: its public half is of another key")
	}
	return &SecretKey{id: s.ID, key: key}, nil
}

// decrypt removes the encryption from the fields after Mem. raw is the whole key.
func (s *secretLayout) decrypt(raw []byte, password string) error {
	n, r, p := scryptParameters(s.Ops, s.Mem)
	if n > 1<<22 || r*p >= 1<<30 {
		return errors.New("the secret key needs more memory than is reasonable: create one with minisign -G")
	}
	const plain = 2 + 2 + 2 + 32 + 8 + 8 // bytes before ID
	stream, err := scrypt.Key([]byte(password), s.Salt[:], n, r, p, len(raw)-plain)
	if err != nil {
		return fmt.Errorf("derive the key's password: %w", err)
	}
	subtle.XORBytes(stream, stream, raw[plain:])
	copy(s.ID[:], stream)
	copy(s.Key[:], stream[len(s.ID):])
	copy(s.Sum[:], stream[len(s.ID)+len(s.Key):])
	if sum := s.sum(); subtle.ConstantTimeCompare(sum[:], s.Sum[:]) != 1 {
		return errors.New("the password of the secret key is wrong, or the key is damaged")
	}
	return nil
}

func (s *secretLayout) sum() [32]byte {
	return blake2b.Sum256(bytes.Join([][]byte{s.Algorithm[:], s.ID[:], s.Key[:]}, nil))
}

// scryptParameters returns the parameters that libsodium uses for limits of operations and memory.
func scryptParameters(ops, mem uint64) (n, r, p int) {
	ops = max(ops, 32768)
	r = 8
	log2 := func(most uint64) (bits int) {
		for bits = 1; bits < 63 && uint64(1)<<bits <= most/2; bits++ {
		}
		return bits
	}
	if ops < mem/32 {
		return 1 << log2(ops/(uint64(r)*4)), r, 1
	}
	bits := log2(mem / (uint64(r) * 128))
	most := min(ops/4/(uint64(1)<<bits), 0x3fffffff)
	return 1 << bits, r, int(most) / r
}

// Sign returns the signature file of content. comment is signed too; a verifier shows it.
func (k *SecretKey) Sign(content []byte, comment string) ([]byte, error) {
	if strings.ContainsAny(comment, "\r\n") {
		return nil, errors.New("the comment must be one line")
	}
	hash := blake2b.Sum512(content)
	signature := ed25519.Sign(k.key, hash[:])
	whole := ed25519.Sign(k.key, append(bytes.Clone(signature), comment...))
	head := append([]byte(hashedEd25519), k.id[:]...)
	return fmt.Appendf(nil, "untrusted comment: signature of a Hookbeam release\n%s\ntrusted comment: %s\n%s\n",
		base64.StdEncoding.EncodeToString(append(head, signature...)), comment,
		base64.StdEncoding.EncodeToString(whole)), nil
}

// PublicKey returns the key that verifies, as the option -P of minisign takes it.
func (k *SecretKey) PublicKey() string {
	raw := append([]byte(pureEd25519), k.id[:]...)
	return base64.StdEncoding.EncodeToString(append(raw, k.key.Public().(ed25519.PublicKey)...))
}

// Generate returns the file of a new secret key without a password.
func Generate() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	s := secretLayout{Algorithm: [2]byte([]byte(pureEd25519)), Check: [2]byte([]byte(checkBLAKE2b)),
		Key: [64]byte(key)}
	if _, err := rand.Read(s.ID[:]); err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, s); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "untrusted comment: minisign secret key without a password\n%s\n",
		base64.StdEncoding.EncodeToString(raw.Bytes())), nil
}
