package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestWhoReadsMakesNoFile: an empty database in the place of one that is gone would be taken for the whole.
func TestWhoReadsMakesNoFile(t *testing.T) {
	dir := t.TempDir()
	s, _ := running(t, dir, Options{})
	statuses := openStatuses(t, dir)
	<-statuses.loaded
	for name, read := range map[string]*sql.DB{FileName: s.read, StatusesFile: statuses.read} {
		file := filepath.Join(dir, name)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		read.SetMaxIdleConns(0) // the next one is new
		if err := read.PingContext(t.Context()); err == nil {
			t.Errorf("%s: what is gone was opened", name)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
