package intake

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/outbound"
)

// TestForgedCertificatesKeepNoGenuineOneWaiting names certificates that are not there, from one address and
// from many, until nothing is left for strangers; then genuine senders come with a new one.
func TestForgedCertificatesKeepNoGenuineOneWaiting(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newFar(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/genuine") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(right)
	})
	at := noon
	cs := lookups(f, root, func() time.Time { return at })
	attacked, other := &hook.Endpoint{ID: "ep_attacked"}, &hook.Endpoint{ID: "ep_other"}
	forge := func(from string, n int) {
		for i := range n {
			if _, err := cs.by(from, attacked).Certificate(fmt.Sprintf("%s/forged/%s/%d", f.URL, from, i), noon); err == nil {
				t.Fatal("found")
			}
		}
	}
	genuinely := func(from string, e *hook.Endpoint, name string) error {
		_, err := cs.by(from, e).Certificate(f.URL+"/genuine/"+name, noon)
		return err
	}
	fail(t, genuinely("192.0.2.1", attacked, "old"))
	cs.prove("192.0.2.1")

	before := f.asked.Load()
	forge("203.0.113.1", 100)
	if n := f.asked.Load() - before; n != fetchesByAddress {
		t.Errorf("one address had %d fetched, want %d", n, fetchesByAddress)
	}
	if err := genuinely("192.0.2.9", attacked, "from-elsewhere"); err != nil {
		t.Errorf("after one forger, somebody else waits: %v", err)
	}
	for i := range 100 {
		forge(fmt.Sprintf("203.0.113.%d", i), 5)
	}
	if most := before + fetchesInARow + fetchesByEndpoint; f.asked.Load() > most {
		t.Errorf("%d were fetched, want %d at most", f.asked.Load(), most)
	}
	if err := genuinely("192.0.2.1", attacked, "new"); err != nil {
		t.Errorf("a sender that was verified before waits behind forgers: %v", err)
	}
	if err := genuinely("192.0.2.7", other, "first"); err != nil {
		t.Errorf("the first sender of another endpoint waits: %v", err)
	}
	if err := genuinely("192.0.2.8", attacked, "old"); err != nil {
		t.Errorf("a certificate that is known is not had: %v", err)
	}
	at = at.Add(fetchEvery)
	if err := genuinely("192.0.2.6", attacked, "late"); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
}

// TestAnotherSendersEmptyBudgetIsNotMine: who waits for a lookup that may not be made makes it.
func TestAnotherSendersEmptyBudgetIsNotMine(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newFar(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) })
	cs := lookups(f, root, func() time.Time { return noon })
	theirs, mine := cs.join(f.URL)
	if !mine {
		t.Fatal("somebody was before us")
	}
	got := make(chan error, 1)
	go func() {
		_, err := cs.by("192.0.2.1", &hook.Endpoint{ID: "ep_a"}).Certificate(f.URL, noon)
		got <- err
	}()
	cs.mu.Lock()
	theirs.err = errTooManyFetches
	cs.miss.Remove(f.URL)
	close(theirs.done)
	cs.mu.Unlock()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// TestForgeriesWriteOneLineAMinute holds that strangers fill no log, and write nothing into it.
func TestForgeriesWriteOneLineAMinute(t *testing.T) {
	var log bytes.Buffer
	at := noon
	lines := slog.New(slog.NewTextHandler(&log, nil))
	out := outbound.New(outbound.Options{Resolver: noNames{}, Log: lines})
	cs := NewCertificates(newShelf(), out, lines, func() time.Time { return at })
	const home = "https://api.paypal.com/v1/notifications/certs/canary-"
	ask := func(first, n int) {
		for i := range n {
			if _, err := cs.by(fmt.Sprintf("203.0.%d.%d", (first+i)/250, i%250), &hook.Endpoint{ID: "ep_a"}).Certificate(fmt.Sprint(home, first+i), noon); err == nil {
				t.Fatal("found")
			}
		}
	}
	ask(0, 100)
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("%d lines: %s", lines, log.String())
	}
	at = at.Add(warnEvery)
	ask(1000, 1)
	if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "host=api.paypal.com") ||
		strings.Contains(text, "canary") {
		t.Errorf("the log says: %s", text)
	}
}
