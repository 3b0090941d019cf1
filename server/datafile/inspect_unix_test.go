//go:build unix

package datafile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnInspectionFindsWhatAStartWouldCorrectOrRefuse looks at a folder with one thing wrong at a time, and requires
// that it is named and left as it is.
func TestAnInspectionFindsWhatAStartWouldCorrectOrRefuse(t *testing.T) {
	file := func(name string, mode fs.FileMode) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			return errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chmod(path, mode))
		}
	}
	for name, c := range map[string]struct {
		prepare func(dir string) error
		says    string // "" if nothing is wrong
		mends   bool
	}{
		"empty":         {func(string) error { return nil }, "", false},
		"closed":        {file("hookbeam.db", 0o600), "", false},
		"another file":  {file("notes.txt", 0o644), "", false},
		"open database": {file("hookbeam.db", 0o640), "hookbeam.db has mode 0640", true},
		"open key":      {file("seal.key", 0o604), "seal.key has mode 0604", true},
		"open folder":   {func(dir string) error { return os.Chmod(dir, 0o755) }, "mode 0755 instead of 0700", true},
		"shared folder": {func(dir string) error {
			return errors.Join(file("notes.txt", 0o644)(dir), os.Chmod(dir, 0o755))
		}, "also contains other files", false},
		"a link": {func(dir string) error {
			return os.Symlink("/dev/null", filepath.Join(dir, "statuses.db"))
		}, "symbolic link", false},
		"two names": {func(dir string) error {
			return errors.Join(file("hookbeam.db", 0o600)(dir),
				os.Link(filepath.Join(dir, "hookbeam.db"), filepath.Join(dir, "copy")))
		}, "another hard link", false},
		"a file for the socket": {file(SocketName, 0o600), "move it away", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := errors.Join(os.Mkdir(dir, 0o700), c.prepare(dir)); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(dir)
			if err != nil {
				t.Fatal(err)
			}
			wrong := Inspect(dir)
			if c.says == "" {
				if len(wrong) > 0 {
					t.Errorf("got %v", wrong)
				}
				return
			}
			var mode *ModeError
			if len(wrong) != 1 || !strings.Contains(wrong[0].Error(), c.says) || errors.As(wrong[0], &mode) != c.mends {
				t.Errorf("got %v", wrong)
			}
			if after, err := os.Stat(dir); err != nil || after.Mode() != before.Mode() {
				t.Errorf("it changed the folder to %v (%v)", after.Mode(), err)
			}
		})
	}
	dir := t.TempDir()
	if wrong := Inspect(filepath.Join(dir, "none")); len(wrong) != 1 || !errors.Is(wrong[0], fs.ErrNotExist) {
		t.Errorf("no folder: %v", wrong)
	}
	l, err := net.Listen("unix", filepath.Join(dir, SocketName))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if wrong := Inspect(dir); len(wrong) > 0 {
		t.Errorf("a socket: %v", wrong)
	}
}
