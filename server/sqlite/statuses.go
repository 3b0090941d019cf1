package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"hookbeam/server/hook"
)

// StatusesFile is the name of the statuses' database in the data folder.
const StatusesFile = "statuses.db"

// statusesCache is the page cache of the writer, in KiB. Its pages are as large as those of the log: all caches of a
// process share one free list of pages, and a page of another size is given back to the system instead.
const statusesCache = 16 << 10

var statusesKind = projectionKind{
	name: "statuses", file: StatusesFile, next: "statuses.new.db",
	origin: "board", tables: []string{"subjects", "names", "shown"},
	schema: schema{migrations: "migrations/statuses", whole: "schema/statuses.sql"},
	tuning: tuning{mode: quick, synchronous: 1, checkpoint: (16 << 20) / pageSize, cache: statusesCache,
		walLimit: boardWALLimit},
}

// Statuses is the projection of the status of each subject.
type Statuses struct {
	projection
	next int64 // key of the next subject; guarded by mu

	aliasFilter *bloom
	ending      context.CancelFunc // ends loadAliases
	loaded      chan struct{}      // closed when loadAliases has ended
}

// NewStatusDatabases returns the databases of the statuses in dir. With begin, opening the one in use starts at once,
// beside opening the log. seen is what is known of the folder already.
func NewStatusDatabases(ctx context.Context, dir string, logger *slog.Logger, seen Checked, begin bool,
) *Projections[*Statuses] {
	d := &Projections[*Statuses]{kind: &statusesKind, dir: dir, log: logger, tables: func() *Statuses { return &Statuses{} }}
	if begin {
		d.opening = d.start(ctx, StatusesFile, seen)
	}
	return d
}

// begin reads the next key, and starts reading the aliases into the filter. The goroutine ends with Close.
func (s *Statuses) begin(ctx context.Context) error {
	last, err := s.write.value(`SELECT coalesce(max(key), 0) FROM subjects`)
	if err != nil {
		return err
	}
	s.next = last.(int64) + 1
	s.aliasFilter, s.loaded = newBloom(), make(chan struct{})
	ctx, s.ending = context.WithCancel(context.WithoutCancel(ctx))
	go s.loadAliases(ctx)
	return nil
}

// loadAliases reads all aliases into the filter, a few at a time, while the statuses are already in use. An alias that
// is stored meanwhile is added by Store.
func (s *Statuses) loadAliases(ctx context.Context) {
	defer close(s.loaded)
	const atOnce = 10_000
	last, n := hook.AliasHash{}, atOnce
	for n == atOnce {
		rows, err := s.read.QueryContext(
			ctx,
			`SELECT hash FROM names WHERE hash > ? ORDER BY hash LIMIT ?`,
			last[:],
			atOnce,
		)
		if err == nil {
			for n = 0; rows.Next(); n++ {
				var hash sql.RawBytes
				if err = rows.Scan(&hash); err != nil {
					break
				}
				copy(last[:], hash)
				s.aliasFilter.put(last)
			}
			err = errors.Join(err, rows.Err(), rows.Close())
		}
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("could not load the aliases of subjects; every lookup reads the database", "error", err)
			}
			return
		}
	}
	s.aliasFilter.complete.Store(true)
}

// Close frees the database.
func (s *Statuses) Close() error {
	if s.ending != nil {
		s.ending()
		<-s.loaded
	}
	return s.projection.Close()
}
