package datafile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hookbeam/server/datafile"
)

func TestASecretIsReadWithoutWhatEditorsAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for content, want := range map[string]string{
		"secret": "secret", "secret\n": "secret", "secret\r\n\r\n": "secret", "\ufeffsecret\r\n": "secret",
		"\xff\xfes\x00e\x00\r\x00\n\x00": "se", "\xfe\xff\x00s\x00e\x00\n": "se", // PowerShell's >
		" secret ": " secret ", "two\nlines\n": "two\nlines", "": "", "\n": "", "\ufeff": "",
		"\xff\xfe\xff": "\xff\xfe\xff", strings.Repeat("x", 64<<10): strings.Repeat("x", 64<<10),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := datafile.ReadSecret(path); err != nil || got != want {
			t.Errorf("%q: %q (%v)", content, got, err)
		}
	}
}

// TestASecretOfNoEndIsNotRead reads files that would fill the memory.
func TestASecretOfNoEndIsNotRead(t *testing.T) {
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, make([]byte, 64<<10+1), 0o600); err != nil {
		t.Fatal(err)
	}
	endless := []string{large}
	if _, err := os.Stat("/dev/zero"); err == nil {
		endless = append(endless, "/dev/zero")
	}
	for _, path := range endless {
		_, err := datafile.ReadSecret(path)
		if failed := (*fs.PathError)(nil); !errors.Is(err, datafile.ErrTooLarge) || !errors.As(err, &failed) ||
			failed.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := datafile.ReadSecret(large + "-none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := datafile.ReadSecret(filepath.Dir(large)); err == nil {
		t.Error("a folder was read")
	}
}
