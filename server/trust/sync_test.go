package trust_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestNothingIsAnsweredBeforeItIsSynced is promise R2. A kill cannot show it, for the kernel keeps what a killed
// process wrote: so the system calls themselves are read.
func TestNothingIsAnsweredBeforeItIsSynced(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("NOT TESTED: strace is not installed, so nobody counts the syncs")
	}
	trace := filepath.Join(t.TempDir(), "trace")
	s := newServer(t)
	s.wrap = []string{strace, "-D", "-f", "-qq", "-s", "12", "-e", "trace=fsync,fdatasync,read,write", "-o", trace}
	s.start()
	// 202 tells a sender's answer from every other.
	address := s.make(map[string]any{"name": "traced",
		"response": map[string]any{"status": 202, "content_type": "text/plain", "body": "ok"}}).in(s)
	client := newClient(t, 64)
	post := func(body string) {
		if status, _, text, err := send(t.Context(), client, address, body); err != nil ||
			status != http.StatusAccepted {
			t.Errorf("%q is answered %d %s (%v), not 202", body, status, text, err)
		}
	}
	const alone, together = 40, 64
	for i := range alone {
		post(fmt.Sprintf("alone %d", i))
	}
	var all sync.WaitGroup
	for i := range together {
		all.Go(func() { post(fmt.Sprintf("together %d", i)) })
	}
	all.Wait()
	s.stop()

	answers, asked, synced := 0, false, false
	for _, event := range readTrace(t, trace) {
		switch event {
		case "request":
			asked, synced = true, false
		case "sync":
			synced = true
		case "answer":
			answers++
			if answers <= alone && (!asked || !synced) { // later ones come together: whose sync it is, nobody can tell
				t.Fatalf("answer %d: request seen %t, then a sync %t", answers, asked, synced)
			}
			asked = false
		}
	}
	if answers != alone+together {
		t.Fatalf("the trace shows %d answers, not %d: it was not read right", answers, alone+together)
	}
	quickCheck(t, s)
}

// readTrace returns, in order, "request" for each delivery as it was read, "sync" for each sync that succeeded, and
// "answer" for each answer to a sender as its writing began.
func readTrace(t *testing.T, path string) (events []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.Contains(line, "sync") && strings.HasSuffix(line, "= 0"):
			events = append(events, "sync")
		// net/http may have read its first byte before
		case strings.Contains(line, "read") && strings.Contains(line, `OST /in/`):
			events = append(events, "request")
		case strings.Contains(line, `write(`) && strings.Contains(line, `"HTTP/1.1 202`):
			events = append(events, "answer")
		}
	}
	return events
}
