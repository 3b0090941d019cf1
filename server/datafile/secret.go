package datafile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf16"
)

// maxSecret is the size of the largest file with a secret, in bytes.
const maxSecret = 64 << 10

// ErrTooLarge is the cause of ReadSecret's error for a file that is too large to be a secret.
var ErrTooLarge = errors.New("the file is larger than 64 KiB")

// ReadSecret returns the secret in a file that a person, a shell or a container platform wrote, as SecretText has it.
// It may be a pipe, of which it reads no more than a secret can have. Its error is a *fs.PathError.
func ReadSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err == nil && len(text) > maxSecret {
		err = &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	return SecretText(text), err
}

// SecretText returns the secret in the content of a file. A byte order mark at the beginning and line breaks at the
// end, which editors and shells add, are not part of it. A text in UTF-16, as some shells write files, is converted.
func SecretText(text []byte) string {
	return strings.TrimRight(strings.TrimPrefix(string(FromUTF16(text)), "\ufeff"), "\r\n")
}

// FromUTF16 converts a text in UTF-16 to UTF-8. It returns a text without the byte order mark of UTF-16 as it is.
func FromUTF16(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case len(text)%2 != 0:
		return text
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return text
	}
	var units []uint16
	for pair := range slices.Chunk(text[2:], 2) {
		units = append(units, order.Uint16(pair))
	}
	return []byte(string(utf16.Decode(units)))
}
