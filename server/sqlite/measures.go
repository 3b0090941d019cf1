package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	"hookbeam/server/meter"
)

// measures are the metrics of the writer. Only its goroutine counts them, once for each commit, except clockJumps.
type measures struct {
	duration   *meter.Histogram // of commits with deliveries
	batch      *meter.Histogram // deliveries in them
	failed     *meter.Counter   // commits
	notStored  *meter.Counter   // deliveries in failed commits
	clockJumps *meter.Counter
}

// The upper bounds of the histograms. Durations are in seconds; most commits take 1 to 10 ms.
var (
	durationBounds = []float64{.00025, .0005, .00075, .001, .0015, .002, .003, .005, .0075, .01, .015, .025, .05, .1,
		.25, .5, 1, 2.5, 5, 10}
	batchBounds = []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}
)

func newMeasures(r *meter.Registry) measures {
	return measures{
		duration: r.Histogram("hookbeam_commit_duration_seconds",
			"How long a commit of deliveries takes, with the sync to disk.", durationBounds),
		batch: r.Histogram("hookbeam_commit_batch_deliveries", "Deliveries in one commit.", batchBounds),
		failed: r.Counter("hookbeam_commit_failures_total",
			"Commits that failed, for example because the disk is full."),
		notStored: r.Counter("hookbeam_deliveries_not_stored_total",
			"Deliveries that were answered 503 because their commit failed."),
		clockJumps: r.Counter("hookbeam_clock_jumps_total",
			"How often the clock was found more than a day ahead of the expected time."),
	}
}

// committed counts a commit with n deliveries.
func (m *measures) committed(n int, took time.Duration, err error) {
	switch {
	case err != nil:
		m.failed.Inc()
		m.notStored.Add(uint64(n))
	case n > 0:
		m.duration.Observe(took.Seconds())
		m.batch.Observe(float64(n))
	}
}

// deliveriesIn returns how many requests of a batch are deliveries.
func deliveriesIn(batch []*writeRequest) (n int) {
	for _, w := range batch {
		if w.record != nil {
			n++
		}
	}
	return n
}

// CommitDurations returns the histogram of how long commits of deliveries take.
func (s *DB) CommitDurations() *meter.Histogram { return s.measures.duration }

// Storable reports whether the last commit succeeded, and the database is neither damaged nor gone. Unlike Probe it
// writes nothing, so it may be out of date if nothing was received since.
func (s *DB) Storable() bool {
	s.outcome.mu.Lock()
	defer s.outcome.mu.Unlock()
	return s.outcome.err == nil && s.damaged.Load() == nil && !s.isGone()
}

// Paused returns for how long nothing is removed by age, because the clock jumped ahead.
func (s *Log) Paused() time.Duration { return time.Duration(s.clock.pausedMillis()) * time.Millisecond }

// Oldest returns when the oldest delivery that is kept was received; the zero time if there is none.
func (s *Log) Oldest(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.read.QueryRowContext(ctx, `SELECT received_at FROM deliveries ORDER BY seq LIMIT 1`).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, s.failed("find the oldest delivery", err)
	}
	return time.UnixMilli(at), nil
}

// FileSize is the size of a database file and of its WAL, in bytes.
type FileSize struct {
	Database   string // "log" or "statuses"
	Bytes, WAL int64
}

// FileSizes returns the sizes of the databases in a data folder. A file that does not exist has size 0.
func FileSizes(dir string) []FileSize {
	sizes := []FileSize{{Database: "log"}, {Database: "statuses"}}
	for i, name := range []string{FileName, StatusesFile} {
		path := filepath.Join(dir, name)
		sizes[i].Bytes, _ = sizeOf(path) // 0 if it cannot be examined
		sizes[i].WAL, _ = sizeOf(path + "-wal")
	}
	return sizes
}
