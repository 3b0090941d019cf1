package access

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// logInterval is the shortest time between two log lines of the same code.
const logInterval = time.Minute

// Refusals counts refused requests and connections by code, and logs them: the first one of a code at once, then at
// most one line per code and minute, with the number since the last line. The operator sees a flood of refusals, but
// it cannot fill the log. Codes are constants of the program, so its memory is bounded. It is safe for concurrent use.
// A nil Refusals ignores calls.
type Refusals struct {
	log *slog.Logger
	now func() time.Time
	sum *TurnedAway // nil: nothing is summed up

	mu    sync.Mutex
	codes map[string]*tally
}

// tally counts what happened under one code.
type tally struct {
	refusal  bool  // it is a refusal; false: only a warning, which Counts leaves out
	total    int64 // since the start
	unlogged int64 // since the last line
	loggedAt time.Time
	detail   string // of the most recent one
	attrs    []any  // of the most recent one
}

// NewRefusals returns counters that are all zero. Run must run as well: it logs those that Count left for later.
func NewRefusals(log *slog.Logger, now func() time.Time) *Refusals {
	return &Refusals{log: log, now: now, codes: map[string]*tally{}}
}

// SumUpIn makes TurnedAway count in t. It must be called before the first refusal.
func (r *Refusals) SumUpIn(t *TurnedAway) { r.sum = t }

// TurnAway adds a refusal that concerns no endpoint to the summary by code and address. It comes beside Count. status
// is what was answered; 0: the connection was closed.
func (r *Refusals) TurnAway(code string, status int, address string) {
	if r != nil {
		r.sum.Count("", code, status, address, -1)
	}
}

// Count counts one refusal. detail is the message of its log line, and attrs are alternating keys and values of it.
func (r *Refusals) Count(code, detail string, attrs ...any) { r.note(true, code, detail, attrs) }

// Warn logs a condition that is not a refusal, at most once a minute like a refusal. Counts leaves it out.
func (r *Refusals) Warn(code, detail string, attrs ...any) { r.note(false, code, detail, attrs) }

func (r *Refusals) note(refusal bool, code, detail string, attrs []any) {
	if r == nil {
		return
	}
	now := r.now()
	r.mu.Lock()
	t := r.codes[code]
	if t == nil {
		t = &tally{refusal: refusal}
		r.codes[code] = t
	}
	t.total++
	t.unlogged++
	t.detail, t.attrs = detail, attrs
	line := t.line(code, now)
	r.mu.Unlock()
	r.write(line) // after the lock is released: a slow log must not block other requests
}

// line returns the log line that is due, its message first, and resets the count. It returns nil if nothing new
// happened, or if the last line of this code is less than a minute old. The caller holds mu.
func (t *tally) line(code string, now time.Time) []any {
	if t.unlogged == 0 || !t.loggedAt.IsZero() && now.Sub(t.loggedAt) < logInterval {
		return nil
	}
	line := append([]any{t.detail, "code", code, "count", t.unlogged}, t.attrs...)
	t.unlogged, t.loggedAt = 0, now
	return line
}

func (r *Refusals) write(line []any) {
	if line != nil {
		r.log.Warn(line[0].(string), line[1:]...)
	}
}

// Counts returns the number of refusals since the start, by code.
func (r *Refusals) Counts() map[string]int64 {
	counts := map[string]int64{}
	if r == nil {
		return counts
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for code, t := range r.codes {
		if t.refusal {
			counts[code] = t.total
		}
	}
	return counts
}

// Run logs the refusals that are due until ctx ends. Without it, refusals within a minute of a log line would appear
// only with the next refusal of that code.
func (r *Refusals) Run(ctx context.Context) error {
	tick := time.NewTicker(logInterval / 6)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.flush()
		case <-ctx.Done():
			return nil
		}
	}
}

// flush logs the lines of all codes that are due.
func (r *Refusals) flush() {
	now := r.now()
	var lines [][]any
	r.mu.Lock()
	for _, code := range slices.Sorted(maps.Keys(r.codes)) {
		lines = append(lines, r.codes[code].line(code, now))
	}
	r.mu.Unlock()
	for _, line := range lines {
		r.write(line)
	}
}
