package command

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

// TestASecretFileIsReadAsEditorsAndShellsWriteIt reads files in several encodings. What may be part of the secret
// stays.
func TestASecretFileIsReadAsEditorsAndShellsWriteIt(t *testing.T) {
	wide := func(order binary.AppendByteOrder, text string) (b []byte) {
		for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, unit)
		}
		return b
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"plain":                  {[]byte("a secret"), "a secret"},
		"a final newline":        {[]byte("a secret\r\n"), "a secret"},
		"a byte order mark":      {[]byte("\ufeffa secret\n"), "a secret"},
		"UTF-16, little-endian":  {wide(binary.LittleEndian, "a sécret\r\n"), "a sécret"},
		"UTF-16, big-endian":     {wide(binary.BigEndian, "a sécret\n"), "a sécret"},
		"quotes and blanks":      {[]byte(" \"a secret\" \n"), " \"a secret\" "},
		"short":                  {[]byte("a"), "a"},
		"a mark and nothing":     {[]byte("\ufeff\n"), ""},
		"UTF-16 and nothing":     {wide(binary.LittleEndian, "\r\n"), ""},
		"quotes around nothing":  {[]byte("''\n"), ""},
		"bytes like UTF-16, odd": {[]byte("\xff\xfea"), "\xff\xfea"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(file, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readSecret(file, "", os.Getenv)
			if got != c.want || (err != nil) != (c.want == "") {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
