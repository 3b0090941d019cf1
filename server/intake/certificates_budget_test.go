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

// TestForgedCertificatesKeepNoGenuineOneWaiting names certificates that do not exist, from one address and from many,
// until the shared budget is used up. Genuine senders must still get theirs.
func TestForgedCertificatesKeepNoGenuineOneWaiting(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newCertServer(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/genuine") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(right)
	})
	at := noon
	cs := newTestCertificates(f, root, func() time.Time { return at })
	attacked, other := &hook.Endpoint{ID: "ep_attacked"}, &hook.Endpoint{ID: "ep_other"}
	forge := func(from string, n int) {
		for i := range n {
			address := fmt.Sprintf("%s/forged/%s/%d", f.URL, from, i)
			if _, err := cs.forSender(from, attacked).Certificate(issuer(), address, noon); err == nil {
				t.Fatal("found")
			}
		}
	}
	fetchGenuine := func(from string, e *hook.Endpoint, name string) error {
		_, err := cs.forSender(from, e).Certificate(issuer(), f.URL+"/genuine/"+name, noon)
		return err
	}
	must(t, fetchGenuine("192.0.2.1", attacked, "old"))
	cs.markVerified("192.0.2.1")

	before := f.asked.Load()
	forge("203.0.113.1", 100)
	if n := f.asked.Load() - before; n != addressBurst {
		t.Errorf("one address had %d fetched, want %d", n, addressBurst)
	}
	if err := fetchGenuine("192.0.2.9", attacked, "from-elsewhere"); err != nil {
		t.Errorf("after one forger, somebody else waits: %v", err)
	}
	for i := range 100 {
		forge(fmt.Sprintf("203.0.113.%d", i), 5)
	}
	if most := before + fetchBurst + endpointBurst; f.asked.Load() > most {
		t.Errorf("%d were fetched, want %d at most", f.asked.Load(), most)
	}
	if err := fetchGenuine("192.0.2.1", attacked, "new"); err != nil {
		t.Errorf("a sender that was verified before waits behind forgers: %v", err)
	}
	if err := fetchGenuine("192.0.2.7", other, "first"); err != nil {
		t.Errorf("the first sender of another endpoint waits: %v", err)
	}
	if err := fetchGenuine("192.0.2.8", attacked, "old"); err != nil {
		t.Errorf("a certificate that is known is not had: %v", err)
	}
	at = at.Add(fetchInterval)
	if err := fetchGenuine("192.0.2.6", attacked, "late"); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
}

// TestAnotherSendersEmptyBudgetIsNotMine: a requester that waited for a lookup without budget uses its own budget.
func TestAnotherSendersEmptyBudgetIsNotMine(t *testing.T) {
	root := newAuthority(t)
	right, _ := root.issue(t, genuine)
	f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(right) })
	cs := newTestCertificates(f, root, func() time.Time { return noon })
	theirs, started := cs.startOrJoin(f.URL)
	if !started {
		t.Fatal("somebody was before us")
	}
	got := make(chan error, 1)
	go func() {
		_, err := cs.forSender("192.0.2.1", &hook.Endpoint{ID: "ep_a"}).Certificate(issuer(), f.URL, noon)
		got <- err
	}()
	cs.mu.Lock()
	theirs.err = errTooManyFetches
	cs.missing.Remove(f.URL)
	close(theirs.done)
	cs.mu.Unlock()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// TestForgeriesWriteOneLineAMinute: failures that strangers cause are logged rarely, and without text of theirs.
func TestForgeriesWriteOneLineAMinute(t *testing.T) {
	var log bytes.Buffer
	at := noon
	lines := slog.New(slog.NewTextHandler(&log, nil))
	out := outbound.New(outbound.Options{Resolver: noNames{}, Log: lines})
	cs := NewCertificates(newMemoryCertificates(), out, lines, func() time.Time { return at })
	const home = "https://api.paypal.com/v1/notifications/certs/canary-"
	ask := func(first, n int) {
		for i := range n {
			sender := cs.forSender(fmt.Sprintf("203.0.%d.%d", (first+i)/250, i%250), &hook.Endpoint{ID: "ep_a"})
			if _, err := sender.Certificate(issuer(), fmt.Sprint(home, first+i), noon); err == nil {
				t.Fatal("found")
			}
		}
	}
	ask(0, 100)
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("%d lines: %s", lines, log.String())
	}
	at = at.Add(warnInterval)
	ask(1000, 1)
	if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "host=api.paypal.com") ||
		strings.Contains(text, "canary") {
		t.Errorf("the log says: %s", text)
	}
}
