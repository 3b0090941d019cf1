package live

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// TestReadersAreNeverToldWhatWasRolledBack follows a real log while some of its transactions fail. A socket and a
// poller get each delivery whose append succeeded once, in order, and no other.
func TestReadersAreNeverToldWhatWasRolledBack(t *testing.T) {
	const writers, each = 8, 40
	opened, store, dir := openLog(t)
	h := New(store, Options{Now: time.Now, Encode: func(p []byte) []byte { return append([]byte(nil), p...) }})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = opened.Run(ctx) })
	running.Go(func() { _ = follow.Run(ctx, store, h, slog.New(slog.DiscardHandler)) })
	running.Go(func() { _ = h.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	refuse(t, dir)

	socket := newFakeConn()
	position, err := h.PositionAfter("0", "")
	if err != nil {
		t.Fatal(err)
	}
	h.Join(socket, position)
	var mu sync.Mutex
	answered := map[hook.Seq]hook.DeliveryID{}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				r := &hook.Record{
					Delivery: hook.Delivery{Endpoint: "ep_a", Method: "POST", Path: "/", Verdict: hook.Unsigned},
				}
				// Every other delivery of the first writer is refused, and with it all that share its transaction.
				if w == 0 && i%2 == 0 {
					r.Type = "refused"
				}
				err := store.Append(r)
				if err == nil && r.Type == "refused" {
					t.Error("the log took what the test refuses")
				}
				mu.Lock()
				if err == nil {
					answered[r.Seq] = r.ID
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	head := store.Head()
	if int(head) != len(answered) || head < each/2 {
		t.Fatalf("the head is %d, %d deliveries were answered", head, len(answered))
	}
	end := hook.Cursor{Epoch: store.Epoch(), Seq: head}.String()
	received := socket.until(t, func(all []receivedFrame) bool { return len(all) > 0 && all[len(all)-1].To == end })
	checkIDs(t, received, answered)
	payload, err := h.Poll(t.Context(), position, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if first := parse(t, payload); len(first.Updates) == 0 || first.Updates[0].Delivery.ID != answered[1] {
		t.Errorf("a poller received %s", payload)
	}
}

// openLog makes a log of its own for the test.
func openLog(t *testing.T) (db *sqlite.DB, store *sqlite.Log, dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sqlite.Open(t.Context(), dir, sqlite.Options{Now: time.Now, Random: rand.Reader,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	store = db.Log()
	return db, store, dir
}

// refuse makes the log's database refuse each delivery of type refused, and with it the whole transaction.
func refuse(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.FileName)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TRIGGER refuse AFTER INSERT ON deliveries WHEN new.type = 'refused'
		BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`); err != nil {
		t.Fatal(err)
	}
}

// checkIDs fails unless frames have the answered deliveries: each once, with its own id, in the order of their seqs.
func checkIDs(t *testing.T, frames []receivedFrame, answered map[hook.Seq]hook.DeliveryID) {
	t.Helper()
	check(t, frames, seqs(1, hook.Seq(len(answered))))
	for _, f := range frames {
		for _, u := range f.Updates {
			if want := answered[u.Seq]; u.Delivery.ID != want {
				t.Errorf("seq %d was sent as %s, and answered as %s", u.Seq, u.Delivery.ID, fmt.Sprint(want))
			}
		}
	}
}
