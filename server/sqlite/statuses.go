package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"hookbeam/server/hook"
)

// quick is for what can be drawn again from the log: a commit survives the death of the process, and one that is lost
// with the machine's power is made again.
const quick = "_journal_mode=WAL&_synchronous=NORMAL"

// statusesCache is how many KiB of pages stay with who writes. They are as large as those of the log: all caches of a
// process share one list of pages to use again, and a page of another size is given back to the system instead.
const statusesCache = 16 << 10

var statusesTuning = tuning{mode: quick, synchronous: 1, checkpoint: (16 << 20) / pageSize, cache: statusesCache,
	walLimit: boardWALLimit}

// Statuses is where subjects stand, in a database of its own, so that its commits never wait for the log's writer.
// One goroutine at a time may write; any may read.
type Statuses struct {
	path  string
	log   *slog.Logger
	files fileSet

	mu       sync.Mutex // held while writing
	write    *writerConn
	read     *sql.DB
	position hook.Seq
	stale    bool
	next     int64 // key of the next subject

	aliasFilter *bloom
	ending      context.CancelFunc // ends reading names into it
	loaded      chan struct{}      // closed when they are read
}

// prepare makes the database where there is none, brings it up to date, checks it and opens its connections.
func (s *Statuses) prepare(ctx context.Context, seen Checked) error {
	if err := makeFiles(filepath.Dir(s.path), filepath.Base(s.path)); err != nil {
		return err
	}
	size, err := sizeOf(s.path)
	if err != nil {
		return err
	}
	found, err := seen.state(ctx, boardSchema, s.path)
	if err != nil {
		return err
	}
	if s.write, s.read, err = connect(s.path, statusesTuning); err != nil {
		return err
	}
	if size > 0 && size <= checkAtOnce {
		if err := quickCheck(ctx, s.read); err != nil {
			return err
		}
	}
	return boardSchema.update(ctx, s.write, dsn(s.path, quick), found)
}

// use begins to work with a database that is prepared, as one of that log.
func (s *Statuses) use(ctx context.Context, of hook.ProjectionOrigin) (err error) {
	if err := s.load(of); err != nil {
		return err
	}
	if s.files, err = standAt(s.path); err != nil {
		return err
	}
	s.aliasFilter, s.loaded = newBloom(), make(chan struct{})
	ctx, s.ending = context.WithCancel(context.WithoutCancel(ctx))
	go s.loadAliases(ctx)
	return nil
}

// loadAliases reads all names, a few at a time, while they are used already. What is stored meanwhile is put in by
// who stores
// it.
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
				s.log.Error("could not read the names of subjects: each is looked for on the disk", "error", err)
			}
			return
		}
	}
	s.aliasFilter.complete.Store(true)
}

// load reads how far the log has been drawn, and forgets what was drawn of another.
func (s *Statuses) load(of hook.ProjectionOrigin) error {
	row, err := s.write.row(`SELECT epoch, position, release FROM board`)
	if err != nil {
		return err
	}
	if len(row) == 3 && (row[0] != of.Epoch || hook.Seq(row[1].(int64)) > of.Head) {
		s.log.Warn("the statuses were drawn of another log and are drawn again", "file", s.path)
		if err := s.forget(); err != nil {
			return err
		}
		row = nil
	}
	if row == nil {
		err = s.write.exec(
			`INSERT INTO board (only, epoch, position, release) VALUES (1, ?, 0, ?)`,
			of.Epoch,
			of.Release,
		)
	} else {
		s.position, s.stale = hook.Seq(row[1].(int64)), row[2] != of.Release
	}
	if err != nil {
		return err
	}
	last, err := s.write.value(`SELECT coalesce(max(key), 0) FROM subjects`)
	if err != nil {
		return err
	}
	s.next = last.(int64) + 1
	return nil
}

func (s *Statuses) forget() error {
	for _, table := range []string{"board", "subjects", "names", "shown"} {
		if err := s.write.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the database.
func (s *Statuses) Close() error {
	if s.ending != nil {
		s.ending()
		<-s.loaded
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return closeConns(s.write, s.read)
}

// Gone reports whether the database was removed or replaced while it is open. What is stored from then on is lost when
// it is closed; what it holds can be read until then.
func (s *Statuses) Gone() bool { return s.files.gone(allFiles) != nil }

// Position is the seq up to which the log has been drawn, as it was last stored.
func (s *Statuses) Position() hook.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position
}

// Stale reports whether this was drawn by another release, or SetStale was called since: it should be drawn again.
func (s *Statuses) Stale() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stale
}

// SetStale notes for as long as this database is there that it should be drawn again.
func (s *Statuses) SetStale() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write.exec(`UPDATE board SET release = NULL`); err != nil {
		return fmt.Errorf("note that the statuses are to be drawn again: %w", err)
	}
	s.stale = true
	return nil
}
