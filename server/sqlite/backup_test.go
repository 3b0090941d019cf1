package sqlite

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// copied copies a folder and returns the folder of the copies.
func copied(t *testing.T, dir string) (to string, c Copied, damaged []string) {
	t.Helper()
	to = t.TempDir()
	c, err := Copy(t.Context(), dir, to, func(name string, _ error) { damaged = append(damaged, name) })
	if err != nil {
		t.Fatal(err)
	}
	return to, c, damaged
}

// TestACopyHasEverythingButSessionsAndLogins copies a database while it is open.
func TestACopyHasEverythingButSessionsAndLogins(t *testing.T) {
	dir := inspected(t)
	s, stop := running(t, dir, Options{})
	hash := [32]byte([]byte("canary-login-hash-0123456789abcd"))
	later := noon.Add(time.Hour)
	if err := errors.Join(s.AddLogin(t.Context(), hash, later),
		s.Sessions().CommitCtx(t.Context(), "canary-session", []byte("canary-content"), later)); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, dir, "canary-login", "canary-session", "canary-content"); len(found) < 3 {
		t.Fatalf("only %q", found)
	}
	epoch := s.Epoch()
	to, c, damaged := copied(t, dir)
	want := Copied{Files: []string{StatusesFile, FileName}, Epoch: epoch, Head: 3, KeyID: sealKey.ID()}
	newest, err := Newest()
	if want.Schema = newest; err != nil || damaged != nil || cmp.Diff(want, c) != "" {
		t.Errorf("%v, damaged %q\n%s", err, damaged, cmp.Diff(want, c))
	}
	hidden := append([]string{"canary-login", "canary-session", "canary-content"}, canaries...)
	if found := filesWith(t, to, hidden...); found != nil {
		t.Errorf("the copies have %q", found)
	}
	if files := contents(t, to); len(files) != 2 {
		t.Errorf("there are %d files", len(files))
	}
	stop()
	if found, err := Inspect(t.Context(), to, sealKey); err != nil || len(found.Findings) > 0 || found.Deliveries != 3 {
		t.Errorf("%+v (%v)", found, err)
	}
}

func TestARestoredLogIsANewOneAndKeepsItsStatuses(t *testing.T) {
	dir := inspected(t)
	to, c, _ := copied(t, dir)
	epoch, err := Renew(t.Context(), to, Options{Random: rand.Reader})
	if err != nil || epoch == c.Epoch || len(epoch) != len(c.Epoch) {
		t.Errorf("epoch %q after %q (%v)", epoch, c.Epoch, err)
	}
	if files := contents(t, to); len(files) != 2 {
		t.Errorf("there are %d files", len(files))
	}
	if found, err := Inspect(t.Context(), to, sealKey); err != nil || len(found.Findings) > 0 { // else: of another log
		t.Errorf("%+v (%v)", found, err)
	}
	s, _ := running(t, to, Options{})
	if s.Epoch() != epoch || s.Head() != 3 {
		t.Errorf("epoch %s, head %d", s.Epoch(), s.Head())
	}
}

func TestDamagedStatusesAreLeftOutOfACopyAndADamagedLogIsNotCopied(t *testing.T) {
	dir := inspected(t)
	scramble(t, dir, StatusesFile)
	to, c, damaged := copied(t, dir)
	if cmp.Diff([]string{FileName}, c.Files) != "" || cmp.Diff([]string{StatusesFile}, damaged) != "" {
		t.Errorf("copied %q, damaged %q", c.Files, damaged)
	}
	if _, err := os.Stat(filepath.Join(to, StatusesFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was copied of them is there: %v", err)
	}
	scramble(t, dir, FileName)
	if _, err := Copy(t.Context(), dir, t.TempDir(), func(string, error) {}); err == nil {
		t.Error("a damaged log was copied")
	}
	old, _ := unpack(t, "testdata/releases/43c954e")
	_, err := Copy(t.Context(), old, t.TempDir(), func(string, error) {})
	if !errors.Is(err, errPlain) || !strings.Contains(err.Error(), "hookbeam serve") {
		t.Errorf("of an older release: %v", err)
	}
}
