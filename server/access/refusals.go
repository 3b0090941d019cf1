package access

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// toldEvery is how often the log has a line of the same code.
const toldEvery = time.Minute

// Refusals counts who was refused, by code, and tells the operator: the first refusal at once and then one line
// a code and a minute, with the count since the last line. A flood of refusals must be seen, but must not fill
// the log. Its codes are constants of the program, so its memory is bounded. A nil Refusals counts nothing.
type Refusals struct {
	log *slog.Logger
	now func() time.Time

	mu    sync.Mutex
	codes map[string]*tally
}

// tally is what happened under one code.
type tally struct {
	refusal bool  // it is counted as a refusal, not only told
	all     int64 // since the start
	untold  int64 // since the last line
	told    time.Time
	detail  string // of the latest, as are its attributes
	attrs   []any
}

// NewRefusals returns the counters, all zero. Run tells what is left when no more refusals come.
func NewRefusals(log *slog.Logger, now func() time.Time) *Refusals {
	return &Refusals{log: log, now: now, codes: map[string]*tally{}}
}

// Count counts one refusal. detail and attrs, key and value in turn, are for the log.
func (r *Refusals) Count(code, detail string, attrs ...any) { r.note(true, code, detail, attrs) }

// Warn tells something else that the operator should know, as seldom as refusals are told, and does not count it.
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
	t.all++
	t.untold++
	t.detail, t.attrs = detail, attrs
	line := t.line(code, now)
	r.mu.Unlock()
	r.tell(line)
}

// line is what the log is to have now; nil where it had a line of the code less than a minute ago, or nothing is new.
func (t *tally) line(code string, now time.Time) []any {
	if t.untold == 0 || !t.told.IsZero() && now.Sub(t.told) < toldEvery {
		return nil
	}
	line := append([]any{t.detail, "code", code, "count", t.untold}, t.attrs...)
	t.untold, t.told = 0, now
	return line
}

func (r *Refusals) tell(line []any) {
	if line != nil {
		r.log.Warn(line[0].(string), line[1:]...)
	}
}

// Counts returns how many were refused since the start, by code.
func (r *Refusals) Counts() map[string]int64 {
	counts := map[string]int64{}
	if r == nil {
		return counts
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for code, t := range r.codes {
		if t.refusal {
			counts[code] = t.all
		}
	}
	return counts
}

// Run tells what was refused since the last line of a code, once its minute is over, until ctx ends.
func (r *Refusals) Run(ctx context.Context) error {
	tick := time.NewTicker(toldEvery / 6)
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

func (r *Refusals) flush() {
	now := r.now()
	var lines [][]any
	r.mu.Lock()
	for _, code := range slices.Sorted(maps.Keys(r.codes)) {
		lines = append(lines, r.codes[code].line(code, now))
	}
	r.mu.Unlock()
	for _, line := range lines {
		r.tell(line)
	}
}
