package minisign

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/scrypt"
)

// verify is an independent reader of the format: it returns the signed comment of a signature, or an error.
func verify(public string, content, file []byte) (comment string, err error) {
	key, err := base64.StdEncoding.DecodeString(public)
	if err != nil || len(key) != 42 || string(key[:2]) != "Ed" {
		return "", fmt.Errorf("public key %q: %w", public, err)
	}
	lines := strings.Split(string(file), "\n")
	if len(lines) != 5 || lines[4] != "" || !strings.HasPrefix(lines[0], "untrusted comment: ") {
		return "", fmt.Errorf("the signature has the lines %q", lines)
	}
	signature, err := base64.StdEncoding.DecodeString(lines[1])
	if err != nil || len(signature) != 74 || string(signature[:2]) != "ED" || !bytes.Equal(signature[2:10], key[2:10]) {
		return "", fmt.Errorf("the signature is not of this key: %q, %w", signature, err)
	}
	hash := blake2b.Sum512(content)
	if !ed25519.Verify(key[10:], hash[:], signature[10:]) {
		return "", fmt.Errorf("the file was changed")
	}
	comment, found := strings.CutPrefix(lines[2], "trusted comment: ")
	whole, err := base64.StdEncoding.DecodeString(lines[3])
	if !found || err != nil || !ed25519.Verify(key[10:], append(signature[10:], comment...), whole) {
		return "", fmt.Errorf("the comment was changed")
	}
	return comment, nil
}

// secretFile writes a key as minisign -G does. A password encrypts it, with few operations.
func secretFile(t *testing.T, password string) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := secretLayout{Algorithm: [2]byte{'E', 'd'}, Check: [2]byte{'B', '2'}, ID: keyID{1, 2, 3, 4, 5, 6, 7, 8},
		Ops: 32768, Mem: 16 << 20}
	copy(s.Key[:], key)
	if password != "" {
		copy(s.KDF[:], kdfScrypt)
		s.Sum = s.sum()
	}
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, s); err != nil {
		t.Fatal(err)
	}
	if password != "" {
		n, r, p := scryptParameters(s.Ops, s.Mem)
		stream, err := scrypt.Key([]byte(password), s.Salt[:], n, r, p, 104)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range stream {
			raw.Bytes()[54+i] ^= b
		}
	}
	return fmt.Appendf(nil, "untrusted comment: minisign encrypted secret key\n%s\n",
		base64.StdEncoding.EncodeToString(raw.Bytes()))
}

func TestASignatureIsOfTheFileAndOfTheComment(t *testing.T) {
	key, err := ParseSecretKey(secretFile(t, ""), "")
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("e3b0c442  hookbeam-linux-amd64.tar.gz\n")
	signature, err := key.Sign(content, "timestamp:1\tfile:checksums.txt\thashed")
	if err != nil {
		t.Fatal(err)
	}
	comment, err := verify(key.PublicKey(), content, signature)
	if err != nil || comment != "timestamp:1\tfile:checksums.txt\thashed" {
		t.Fatal(comment, err)
	}
	if _, err := verify(key.PublicKey(), append(content, '\n'), signature); err == nil {
		t.Error("a changed file is verified")
	}
	changed := bytes.Replace(signature, []byte("timestamp:1"), []byte("timestamp:2"), 1)
	if _, err := verify(key.PublicKey(), content, changed); err == nil {
		t.Error("a changed comment is verified")
	}
	again, err := key.Sign(content, "timestamp:1\tfile:checksums.txt\thashed")
	if err != nil || !bytes.Equal(again, signature) {
		t.Error("the same file is signed differently the second time", err)
	}
	if _, err := key.Sign(content, "two\nlines"); err == nil {
		t.Error("a comment of two lines is accepted")
	}
}

func TestAKeyWithAPassword(t *testing.T) {
	file := secretFile(t, "correct horse")
	if _, err := ParseSecretKey(file, "correct horse"); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"", "wrong"} {
		if _, err := ParseSecretKey(file, wrong); err == nil || !strings.Contains(err.Error(), "password") {
			t.Errorf("with the password %q: %v", wrong, err)
		}
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	good := string(secretFile(t, ""))
	comment, _, _ := strings.Cut(good, "\n")
	for name, file := range map[string]string{
		"empty":        "",
		"comment only": comment,
		"no base64":    comment + "\n!!!\n",
		"public key":   comment + "\n" + base64.StdEncoding.EncodeToString(make([]byte, 42)),
		"zeros":        comment + "\n" + base64.StdEncoding.EncodeToString(make([]byte, 158)),
	} {
		if _, err := ParseSecretKey([]byte(file), ""); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// The parameters are those that libsodium picks: minisign's own limits are "sensitive".
func TestScryptParameters(t *testing.T) {
	for _, c := range []struct {
		ops, mem uint64
		n, r, p  int
	}{
		{33554432, 1073741824, 1 << 20, 8, 1}, // libsodium's limits "sensitive"
		{524288, 16777216, 1 << 14, 8, 1},     // "interactive"
		{1, 1 << 30, 1 << 10, 8, 1},
	} {
		if n, r, p := scryptParameters(c.ops, c.mem); n != c.n || r != c.r || p != c.p {
			t.Errorf("%d, %d: %d %d %d", c.ops, c.mem, n, r, p)
		}
	}
}

// TestMinisignItself compares with the program: it makes the key, and verifies what is signed here. A key with a
// password is in slow_test.go, because minisign takes a gigabyte for it.
func TestMinisignItself(t *testing.T) { withMinisign(t, "", "-W") }

// withMinisign lets minisign make a key with a password and flags, signs with it, and lets minisign verify.
func withMinisign(t *testing.T, password string, flags ...string) {
	t.Helper()
	program, err := exec.LookPath("minisign")
	if err != nil {
		t.Skip("minisign is not installed: only the reader of this test has checked signatures")
	}
	dir := t.TempDir()
	run := func(input string, args ...string) {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("minisign %s: %v %s", args, err, out)
		}
	}
	run(password+"\n"+password+"\n", append([]string{"-G", "-p", "key.pub", "-s", "key"}, flags...)...)
	file, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseSecretKey(file, password)
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("some checksums\n")
	signature, err := key.Sign(content, "timestamp:1\tfile:checksums.txt\thashed")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"checksums.txt": content, "checksums.txt.minisig": signature} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("", "-V", "-H", "-m", "checksums.txt", "-p", "key.pub")
	run("", "-V", "-m", "checksums.txt", "-P", key.PublicKey())
}
