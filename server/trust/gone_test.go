package trust_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// disappearance is one way in which the files of a database can go away while the server runs. remove does it, and
// restore undoes it. data is the data folder and db the path of the database.
type disappearance struct {
	remove  func(data, db string) error
	restore func(data, db string) error
	lost    bool // it cannot be undone: the file is deleted
}

// disappearances returns all cases by name.
func disappearances() map[string]disappearance {
	copied := func(from, to string) error {
		text, err := os.ReadFile(from)
		return errors.Join(err, os.WriteFile(to, text, 0o600))
	}
	return map[string]disappearance{
		"removed": {remove: func(_, db string) error { return os.Remove(db) }, lost: true},
		"renamed": {remove: func(_, db string) error { return os.Rename(db, db+".old") },
			restore: func(_, db string) error { return os.Rename(db+".old", db) }},
		"a copy put in its place": {
			remove: func(_, db string) error {
				return errors.Join(copied(db, db+".copy"), os.Rename(db, db+".old"), os.Rename(db+".copy", db))
			},
			restore: func(_, db string) error { return os.Rename(db+".old", db) }},
		"its folder moved": {
			remove:  func(data, _ string) error { return os.Rename(data, data+".old") },
			restore: func(data, _ string) error { return os.Rename(data+".old", data) }},
		"its WAL removed": {remove: func(_, db string) error { return os.Remove(db + "-wal") },
			restore: func(_, _ string) error { return nil }},
	}
}

// TestADatabaseThatIsGoneIsNoticed checks R20 for each disappearance, with a server that is then stopped and one that
// is killed. The first delivery afterwards must get 503 database_gone, and /readyz must report it. The server must
// write what it had answered into the original file: when that file is back, all answered deliveries must be in it.
func TestADatabaseThatIsGoneIsNoticed(t *testing.T) {
	t.Parallel()
	for name, c := range disappearances() {
		for _, end := range []string{"stopped", "killed"} {
			t.Run(name+", "+end, func(t *testing.T) {
				s := newServer(t)
				s.data = filepath.Join(s.data, "data")
				s.start()
				address, client, db := s.first().in(s), newClient(t, 1), filepath.Join(s.data, "hookbeam.db")
				var answered []stored
				for i := range 20 {
					one, err := deliver(t.Context(), client, address, fmt.Sprint(i))
					if err != nil {
						t.Fatal(err)
					}
					answered = append(answered, one)
				}
				// Twenty deliveries are answered; now the files go away.
				if err := c.remove(s.data, db); err != nil {
					t.Fatal(err)
				}
				// The very next delivery must be refused: the check is part of each commit.
				status, header, text, err := send(t.Context(), client, address, "lost?")
				var problem struct{ Code, Detail string }
				if err == nil {
					err = json.Unmarshal(text, &problem)
				}
				if err != nil || status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" ||
					problem.Code != "database_gone" {
					t.Fatalf("answered %d, Retry-After %q: %s (%v)", status, header.Get("Retry-After"), text, err)
				}
				s.api(http.MethodGet, "/readyz", http.StatusServiceUnavailable, nil, nil)
				s.api(http.MethodGet, "/healthz", http.StatusOK, nil, nil)
				// The server copies what it answered into the file that it still has open.
				const saved = "every delivery that was accepted before the database was gone is in its file"
				eventually(t, "all that was answered is in its file", func() bool {
					return strings.Contains(s.log.String(), saved)
				})
				if n := strings.Count(s.log.String(), "the database is gone"); n != 1 {
					t.Errorf("%d lines say that it is gone", n)
				}
				if end == "killed" {
					s.kill()
				} else {
					s.stop()
				}
				if c.lost {
					return
				}
				// With the original file back in place, all answered deliveries must be in it.
				if err := c.restore(s.data, db); err != nil {
					t.Fatal(err)
				}
				s.start()
				kept := map[string]bool{}
				for _, d := range s.list() {
					kept[d.ID] = true
				}
				for _, one := range answered {
					if !kept[one.ID] {
						t.Errorf("delivery %d was answered 200 and is lost", one.Seq)
					}
				}
				if _, err := deliver(t.Context(), client, address, "again"); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestADatabaseThatIsGoneIsNoticedThoughNothingComes checks R20 without traffic: the database is deleted, and nothing
// is posted. The server must find out by itself, log it, and not be ready.
func TestADatabaseThatIsGoneIsNoticedThoughNothingComes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	eventually(t, "it has come up", func() bool { return strings.Contains(s.log.String(), "/login/") })
	if err := os.Remove(filepath.Join(s.data, "hookbeam.db")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the log says so", func() bool { return strings.Contains(s.log.String(), "the database is gone") })
	s.api(http.MethodGet, "/readyz", http.StatusServiceUnavailable, nil, nil)
}

// TestStatusesThatAreGoneAreDrawnAgain deletes the database of statuses under a running server. It is derived from the
// log, so the server must rebuild it, show the same status again, and stay ready.
func TestStatusesThatAreGoneAreDrawnAgain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	e := s.make(map[string]any{"name": "pay", "provider": "stripe",
		"secrets": []map[string]string{{"label": "a", "value": "whsec_0123456789abcdef"}}})
	s.api(http.MethodPost, "/api/v1/endpoints/"+e.ID+"/sample", http.StatusCreated, map[string]any{}, nil)
	statuses := func() int {
		var list struct{ Statuses []struct{ ID string } }
		s.api(http.MethodGet, "/api/v1/statuses?mode=test", http.StatusOK, nil, &list)
		return len(list.Statuses)
	}
	if statuses() != 1 {
		t.Fatal("a sample payment moved nothing")
	}
	db := filepath.Join(s.data, "statuses.db")
	if err := errors.Join(os.Remove(db), os.Remove(db+"-wal"), os.Remove(db+"-shm")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "they are rebuilt", func() bool { _, err := os.Stat(db); return err == nil })
	eventually(t, "and shown", func() bool { return strings.Contains(s.log.String(), "rebuild finished") })
	if statuses() != 1 {
		t.Error("the status is lost")
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
	// The rebuilt statuses must be on disk, not only in memory.
	s.stop()
	s.start()
	if statuses() != 1 {
		t.Error("the status is lost after a restart")
	}
}

// TestTwoServersNeverHaveOneFolder checks R20: the lock file of a running server is deleted. A second server on the
// folder must be refused all the same. The first must write the file again, so that commands still find it.
func TestTwoServersNeverHaveOneFolder(t *testing.T) {
	t.Parallel()
	s := serve(t)
	lock := filepath.Join(s.data, "hookbeam.lock")
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), hookbeam, "serve", "--listen", "127.0.0.1:0", "--data",
		s.data).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "is in use by a running server") {
		t.Errorf("a second server: %v\n%s", err, out)
	}
	eventually(t, "the lock file is back", func() bool {
		text, err := os.ReadFile(lock)
		return err == nil && strings.Contains(string(text), s.addr)
	})
	if out, err := exec.CommandContext(t.Context(), hookbeam, "login", "--data", s.data).Output(); err != nil ||
		!strings.Contains(string(out), s.addr) {
		t.Errorf("a command does not find the server: %v %s", err, out)
	}
}
