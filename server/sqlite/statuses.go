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

// statusesCache is the writer's page cache in KiB. Both databases have the same page size, because all page caches of a
// process share one free list of pages: a page of another size would go back to the memory allocator.
const statusesCache = 16 << 10

// statusesKind is the projection of statuses. Its WAL may grow larger than that of the log before a checkpoint: no
// sender waits here.
var statusesKind = projectionKind{
	name:   "statuses",
	file:   StatusesFile,
	next:   "statuses.new.db",
	origin: "board",
	tables: []string{"subjects", "tallies", "names", "shown"},
	schema: schema{migrations: "migrations/statuses", snapshot: "schema/statuses.sql"},
	tuning: tuning{mode: quick, synchronous: 1, checkpoint: (16 << 20) / pageSize, cache: statusesCache,
		walLimit: statusesWALLimit},
	consistent: map[string]string{
		`SELECT count(*) FROM subjects WHERE NOT json_valid(status)`: "%d statuses cannot be read",
		`WITH counted AS (SELECT endpoint, world, kind, state, parent <> '', review, count(*) FROM subjects
				GROUP BY 1, 2, 3, 4, 5, 6)
			SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM tallies)) +
			(SELECT count(*) FROM (SELECT * FROM tallies EXCEPT SELECT * FROM counted))`: "%d numbers of statuses " +
			"are wrong",
		`SELECT count(*) FROM names WHERE subject NOT IN (SELECT key FROM subjects)`: "%d names belong to no status",
	},
}

// Statuses is the database of the status projection. Package status decides what is in it.
//
// Its tables are subjects (one row per subject: the status as JSON, its evidence, and columns for filters), tallies
// (numbers of subjects), names (the hash of each alias with its subject's key), shown
// (impressions) and board (its origin). Tables and columns have the names of the first release: the column world of
// subjects is the environment, and took is TimeToPaid. statuses_write.go writes them and statuses_read.go reads them. A
// page of the log is one transaction, see Store.
type Statuses struct {
	projection
	next int64 // key of the next subject; guarded by mu

	aliasFilter *bloom
	stopLoading context.CancelFunc // ends loadAliases
	loaded      chan struct{}      // closed when loadAliases has ended
}

// NewStatusDatabases returns the statuses' databases in dir. With begin, it starts to open the one in use in another
// goroutine, as far as that is possible before the log is open; this shortens the start of the server. seen is the
// result of CheckRelease.
func NewStatusDatabases(ctx context.Context, dir string, logger *slog.Logger, seen Checked, begin bool,
) *Projections[*Statuses] {
	tables := func() *Statuses { return &Statuses{} }
	d := &Projections[*Statuses]{kind: &statusesKind, dir: dir, log: logger, tables: tables}
	if begin {
		d.opening = d.start(ctx, StatusesFile, seen)
	}
	return d
}

// begin reads the next key and starts to load the Bloom filter. That goroutine ends at Close.
func (s *Statuses) begin(ctx context.Context) error {
	last, err := s.write.value(`SELECT coalesce(max(key), 0) FROM subjects`)
	if err != nil {
		return err
	}
	s.next = last.(int64) + 1
	s.aliasFilter, s.loaded = newBloom(), make(chan struct{})
	ctx, s.stopLoading = context.WithCancel(context.WithoutCancel(ctx))
	go s.loadAliases(ctx)
	return nil
}

// loadAliases puts all stored aliases into the Bloom filter and then marks it as complete. Until then, lookups use the
// table. Aliases that are stored meanwhile are put in by writeAliases. It reads in several queries, so that no read
// transaction lasts long: that would prevent checkpoints from restarting the WAL.
func (s *Statuses) loadAliases(ctx context.Context) {
	defer close(s.loaded)
	const perQuery = 10_000
	last, n := hook.AliasHash{}, perQuery
	for n == perQuery {
		rows, err := s.read.QueryContext(ctx, `SELECT hash FROM names WHERE hash > ? ORDER BY hash LIMIT ?`,
			last[:], perQuery)
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

// Close stops loadAliases and closes the database.
func (s *Statuses) Close() error {
	if s.stopLoading != nil {
		s.stopLoading()
		<-s.loaded
	}
	return s.projection.Close()
}
