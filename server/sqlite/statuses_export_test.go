package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestACopyIsItsOwnersAloneFromTheBeginning also looks at what is left of a copy that fails.
func TestACopyIsItsOwnersAloneFromTheBeginning(t *testing.T) {
	dir, _ := unpack(t, "testdata/releases/43c954e")
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := ExportStatuses(t.Context(), dir, to); err != nil {
		t.Fatal(err)
	}
	// SQLite does not change the mode of a file, so this is the one with which it was made.
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the copy is %v (%v)", info, err)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	to += "2"
	if err := ExportStatuses(cut, dir, to); err == nil {
		t.Error("a copy that was cancelled is made")
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy that failed is left: %v", err)
	}
	if err := os.WriteFile(to, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ExportStatuses(t.Context(), dir, to); err == nil {
		t.Error("a file that is there is replaced")
	}
	if text, err := os.ReadFile(to); err != nil || string(text) != "somebody's" {
		t.Errorf("it became %q (%v)", text, err)
	}
}
