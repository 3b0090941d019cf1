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

// TestNothingIsAnsweredBeforeItIsSynced checks R2. Killing the process cannot show a missing sync, because the kernel
// keeps what the process wrote. So the server runs under strace, and the order of its system calls is checked: between
// reading a delivery and writing its response, a sync must have succeeded.
func TestNothingIsAnsweredBeforeItIsSynced(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("NOT TESTED: strace is not installed, so the order of syncs and answers is not checked")
	}
	trace := filepath.Join(t.TempDir(), "trace")
	s := newServer(t)
	// -f follows all threads, -D keeps the server the direct child, so that signals reach it.
	s.wrap = []string{strace, "-D", "-f", "-qq", "-s", "12", "-e", "trace=fsync,fdatasync,read,write", "-o", trace}
	s.start()
	// Status 202 distinguishes the responses to deliveries from all others in the trace.
	address := s.make(map[string]any{"name": "traced",
		"response": map[string]any{"status": 202, "content_type": "text/plain", "body": "ok"}}).in(s)
	client := newClient(t, 64)
	post := func(body string) {
		if status, _, text, err := send(t.Context(), client, address, body); err != nil ||
			status != http.StatusAccepted {
			t.Errorf("%q is answered %d %s (%v), not 202", body, status, text, err)
		}
	}
	// First one by one, so that each response can be matched to its sync, then all at once.
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

	// Replay the trace: a request resets the sync that its answer needs.
	answers, asked, synced := 0, false, false
	for _, event := range readTrace(t, trace) {
		switch event {
		case "request":
			asked, synced = true, false
		case "sync":
			synced = true
		case "answer":
			answers++
			if answers <= alone && (!asked || !synced) { // concurrent ones cannot be matched to syncs
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

// readTrace returns the events of a trace in order: "request" when a delivery was read, "sync" when a sync succeeded,
// and "answer" when the response to a delivery began to be written.
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
		// net/http may have read the first byte, "P", separately
		case strings.Contains(line, "read") && strings.Contains(line, `OST /in/`):
			events = append(events, "request")
		case strings.Contains(line, `write(`) && strings.Contains(line, `"HTTP/1.1 202`):
			events = append(events, "answer")
		}
	}
	return events
}
