package sqlite

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is a log that a test reads while others write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) count(text string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), text)
}

// TestAFullDiskIsNotFilledByTheLog has hundreds of commits fail. The first is logged at once, and after a minute how
// many there were since.
func TestAFullDiskIsNotFilledByTheLog(t *testing.T) {
	said, at := &journal{}, &clock{at: noon}
	o := options(Options{Now: at.now})
	o.Log = slog.New(slog.NewTextHandler(said, nil))
	s, _ := runningWith(t, t.TempDir(), o)
	full := func(c *writerConn) error { _, err := c.value("PRAGMA max_page_count = 1"); return err }
	if err := s.do(t.Context(), full); err != nil { // SQLite takes the present size as the least
		t.Fatal(err)
	}
	fail := func(n int) {
		for failed := 0; failed < n; {
			if s.Append(record(strings.Repeat("x", 10_000))) != nil {
				failed++
			}
		}
	}
	fail(200)
	if lines := said.count("could not store"); lines != 1 {
		t.Errorf("%d lines within a minute, want one", lines)
	}
	at.move(logFailureEvery + time.Second)
	fail(1)
	if said.count("could not store") != 2 || said.count("failed_commits=200") != 1 {
		t.Errorf("a minute later: %s", said.text.String())
	}
}
