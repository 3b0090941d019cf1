package trust_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite"
)

// TestWhatWasAnsweredSurvivesTheDeathOfTheProcess checks R1: 64 clients post while the server is killed (SIGKILL) after
// a random number of responses, in several rounds on the same folder. After each kill the database must be sound. In
// the end every delivery that was answered 200 must be in the log; the bodies of a sample of them are compared.
func TestWhatWasAnsweredSurvivesTheDeathOfTheProcess(t *testing.T) {
	t.Parallel()
	const writers = 64
	s := newServer(t)
	random := rand.New(rand.NewPCG(1, 2))
	answered := map[string]string{} // id → body
	for round := range scaled(6) {
		s.start()
		address, target := s.first().in(s), 50+random.IntN(800)
		var mu sync.Mutex
		var all sync.WaitGroup
		got := 0
		client := newClient(t, writers)
		for w := range writers {
			all.Go(func() {
				for i := 0; ; i++ {
					body := fmt.Sprintf("round %d, writer %d, number %d", round, w, i)
					answer, err := deliver(t.Context(), client, address, body)
					if err != nil {
						return // the server was killed; this delivery may or may not be stored
					}
					mu.Lock()
					answered[answer.ID] = body
					// The client that gets this response kills the server; the others are in the middle of requests.
					if got++; got == target {
						_ = s.cmd.Process.Kill()
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if got < target {
			t.Fatalf("round %d: the writers gave up after %d answers:\n%s", round, got, s.log.tail(2000))
		}
		s.kill()
		// A crash must leave a sound database behind.
		quickCheck(t, s)
	}
	s.start()
	kept := map[string]bool{}
	// Bodies are fetched one by one, so only every 50th is compared.
	for i, d := range s.list() {
		kept[d.ID] = true
		if want, ok := answered[d.ID]; ok && i%50 == 0 {
			if got := s.body(d.ID); got != want {
				t.Errorf("%s came back as %q, not %q", d.ID, got, want)
			}
		}
	}
	// The log may contain more than what was answered, never less.
	lost := 0
	for id := range answered {
		if !kept[id] {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d answered deliveries are lost", lost, len(answered))
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
}

// quickCheck checks the structure of the database of a server that is not running, and that it is in WAL mode.
func quickCheck(t *testing.T, s *server) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.data, "hookbeam.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict, journal string
	if err := db.QueryRow("PRAGMA quick_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("quick_check after a kill: %q (%v)", verdict, err)
	}
	if err := db.QueryRow("PRAGMA journal_mode").Scan(&journal); err != nil || journal != "wal" {
		t.Fatalf("journal_mode is %q (%v), not wal", journal, err)
	}
}
