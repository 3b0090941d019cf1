package access

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAFloodOfRefusalsIsOneLineAMinuteWithItsCount(t *testing.T) {
	var text bytes.Buffer
	now := time.Unix(0, 0)
	r := NewRefusals(slog.New(slog.NewTextHandler(&text, nil)), func() time.Time { return now })
	line := func(want string) {
		t.Helper()
		got := text.String()
		text.Reset()
		if strings.Count(got, "\n") != min(1, len(want)) || !strings.Contains(got, want) ||
			want != "" && !strings.Contains(got, "level=WARN") {
			t.Errorf("the log has %q, want one line with %q", got, want)
		}
	}
	r.Count("busy", "no room", "address", "192.0.2.1")
	line("code=busy count=1 address=192.0.2.1")
	for range 1000 {
		r.Count("busy", "no room", "address", "192.0.2.2")
	}
	r.flush()
	line("")
	r.Warn("proxy", "a proxy")
	line("code=proxy count=1")
	now = now.Add(time.Minute)
	r.flush()
	line("code=busy count=1000 address=192.0.2.2")
	r.flush()
	line("")
	now = now.Add(time.Hour)
	r.flush()
	line("")
	r.Count("busy", "no room")
	line("count=1")
	if counts := r.Counts(); len(counts) != 1 || counts["busy"] != 1002 {
		t.Errorf("counted: %v", counts)
	}
}

func TestNoRefusalsCountNothing(t *testing.T) {
	var r *Refusals
	r.Count("busy", "no room")
	if counts := r.Counts(); len(counts) != 0 || counts == nil {
		t.Errorf("counted: %v", counts)
	}
}
