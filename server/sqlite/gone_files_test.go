package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

func isGone(err error) bool {
	var p *hook.Problem
	return errors.As(err, &p) && p.Code == "database_gone" && p.RetryAfter > 0
}

func away(path string) error { return os.Rename(path, path+".away") }

func fromAway(path string) error { return os.Rename(path+".away", path) }

func asItIs(string) error { return nil }

// TestNothingIsStoredInADatabaseThatIsGone has no watcher: what is answered does not wait for it.
func TestNothingIsStoredInADatabaseThatIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		remove func(path string) error
		back   func(path string) error // restores what is left; nil: nothing is left
	}{
		"removed": {os.Remove, nil},
		"renamed": {away, fromAway},
		"replaced by a copy": {func(path string) error {
			text, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path+".copy", text, 0o600)
			}
			return errors.Join(err, away(path), os.Rename(path+".copy", path))
		}, fromAway},
		"its WAL removed": {func(path string) error { return os.Remove(path + "-wal") }, asItIs},
		"its WAL replaced": {func(path string) error {
			return errors.Join(os.Remove(path+"-wal"), os.WriteFile(path+"-wal", nil, 0o600))
		}, asItIs},
		"emptied":         {func(path string) error { return os.Truncate(path, 0) }, nil},
		"its WAL emptied": {func(path string) error { return os.Truncate(path+"-wal", 0) }, nil},
		"its WAL cut":     {func(path string) error { return os.Truncate(path+"-wal", 20_000) }, nil},
		"a link put in its place": {func(path string) error {
			return errors.Join(away(path), os.Symlink(path+".away", path))
		}, fromAway},
		"its folder renamed": {
			func(path string) error { return away(filepath.Dir(path)) },
			func(path string) error { return fromAway(filepath.Dir(path)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			path := filepath.Join(dir, FileName)
			var logged bytes.Buffer
			o := options(Options{})
			o.Log = slog.New(slog.NewTextHandler(&logged, nil))
			s, stop := runningWith(t, dir, o)
			kept := appended(t, s, record("kept"))
			if err := s.Probe(t.Context()); err != nil {
				t.Errorf("before: %v", err)
			}
			if err := c.remove(path); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				if err := s.Append(record(fmt.Sprint(i))); !isGone(err) {
					t.Fatalf("append %d was answered %v", i, err)
				}
			}
			if err := s.Probe(t.Context()); !isGone(err) {
				t.Errorf("the probe said %v", err)
			}
			if err := s.AddLogin(t.Context(), [32]byte{1}, noon.Add(time.Hour)); !isGone(err) {
				t.Errorf("a login was answered %v", err)
			}
			if s.Head() != kept.Seq {
				t.Errorf("the head is %d: what was refused is told of", s.Head())
			}
			if err := s.Watch(t.Context()); err != nil { // returns when all is in the file, wherever it is
				t.Error(err)
			}
			if n := strings.Count(logged.String(), "level=ERROR"); n != 1 {
				t.Errorf("%d errors are logged:\n%s", n, logged.String())
			}
			if c.back != nil {
				if err := c.back(path); err != nil {
					t.Fatal(err)
				}
				if err := s.Append(record("back")); !isGone(err) {
					t.Errorf("when it was back: %v", err)
				}
			}
			if c.back == nil {
				return
			}
			stop()
			s, _ = running(t, dir, Options{})
			if _, err := s.Delivery(t.Context(), kept.ID); err != nil {
				t.Errorf("after a restart what was answered is lost: %v", err)
			}
			appended(t, s, record("again"))
		})
	}
}

// TestWhatIsPutInThePlaceOfADatabaseIsLeftAlone when the old one is closed.
func TestWhatIsPutInThePlaceOfADatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	appended(t, s, record("old"))
	path := filepath.Join(dir, FileName)
	for _, ending := range []string{"", "-wal", "-shm"} {
		file := path + ending
		if err := errors.Join(os.Rename(file, file+".old"), os.WriteFile(file, []byte("new"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Append(record("refused")); !isGone(err) {
		t.Error(err)
	}
	stop()
	for _, ending := range []string{"", "-wal", "-shm"} {
		if text, err := os.ReadFile(path + ending); err != nil || string(text) != "new" {
			t.Errorf("%s: %q %v", ending, text, err)
		}
	}
}

// TestAskingForReadinessStoresNothing as long as something was stored before; else once for all who ask within a
// second.
func TestAskingForReadinessStoresNothing(t *testing.T) {
	at := &clock{at: noon}
	s, _ := running(t, t.TempDir(), Options{Now: at.now})
	changes := func() (n int64) {
		if err := s.do(t.Context(), func(c *writerConn) error {
			got, err := c.value(`SELECT total_changes()`)
			n = got.(int64)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	appended(t, s, record("one"))
	before := changes()
	for range 100 {
		if err := s.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if now := changes(); now != before {
		t.Errorf("%d changes by asking", now-before)
	}
	at.move(trustWrite + time.Second)
	for range 100 {
		if err := s.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if now := changes(); now != before+1 {
		t.Errorf("%d changes by asking when nothing was stored for long, want 1", now-before)
	}
}

func TestTheWALShrinksAgainAfterALongReader(t *testing.T) {
	dir := t.TempDir()
	s, _ := running(t, dir, Options{})
	appended(t, s, record("first"))
	outside, err := sql.Open("sqlite", "file:"+filepath.Join(dir, FileName)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	reading, err := outside.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reading.QueryRow(`SELECT count(*) FROM deliveries`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, FileName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	body := strings.Repeat("x", 1<<20)
	for range 30 {
		appended(t, s, record(body))
	}
	if size() <= walLimit {
		t.Fatalf("the WAL has only %d bytes", size())
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // one commit takes over what is in the WAL, the next begins it anew
		appended(t, s, record("small"))
	}
	if got := size(); got > walLimit {
		t.Errorf("the WAL stays at %d bytes, the limit is %d", got, walLimit)
	}
}

// TestAWALThatIsEmptiedRightlyIsNotCut has another process empty the WAL again and again, as tools for copies do: what
// it held is in the database then.
func TestAWALThatIsEmptiedRightlyIsNotCut(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	db, err := sql.Open("sqlite", "file:"+s.path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	empty := func() (done bool) {
		var busy, frames, moved int
		if err := db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved); err != nil {
			t.Error(err)
		}
		return busy == 0
	}
	for range 5 {
		appended(t, s, record("kept"))
		if !empty() {
			t.Error("it was not emptied, though nobody reads")
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			empty()
		}
	}()
	for appending := true; appending; {
		appended(t, s, record("kept"))
		select {
		case <-done:
			appending = false
		default:
		}
	}
	if err := s.Probe(t.Context()); err != nil || s.Gone() {
		t.Errorf("gone: %v, %v", s.Gone(), err)
	}
}
