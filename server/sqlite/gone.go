package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/hook"
)

// fileSet is where the files of an open database stand: the database itself, its WAL and the WAL's index. An open
// file can be
// removed, renamed or replaced; what is written into it then is lost with the process. An empty set is never gone.
type fileSet []standing

type standing struct {
	path string
	open datafile.Identity // of the file when it was opened
}

// How many of the files are compared: those that hold what is answered, or all of them.
const (
	heldFiles = 2
	allFiles  = 3
)

// standAt returns where the files of the database at path stand. It must be open, or the others are not there yet.
func standAt(path string) (fileSet, error) {
	var p fileSet
	for _, ending := range []string{"", "-wal", "-shm"} {
		id, _, err := datafile.Identify(path + ending)
		if err != nil {
			return nil, fmt.Errorf("look at the database: %w", err)
		}
		p = append(p, standing{path + ending, id})
	}
	return p, nil
}

// gone returns an error that says which of the first n files does not stand where it was opened. A file that cannot
// be looked
// at is taken to be there.
func (p fileSet) gone(n int) error {
	for i, s := range p {
		if i == n {
			return nil
		}
		id, size, err := datafile.Identify(s.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s was removed or renamed", s.path)
		case err != nil:
			continue
		case !id.Same(s.open):
			return fmt.Errorf("%s was replaced by another file", s.path)
		case i == 0 && size == 0:
			return fmt.Errorf("%s was emptied", s.path)
		}
	}
	return nil
}

// errGone is what everybody is answered who wants something stored in a database that is gone.
var errGone = &hook.Problem{Kind: hook.ErrUnavailable, Code: "database_gone", RetryAfter: 30 * time.Second,
	Detail: "The server's database was removed, renamed or replaced while it was open: nothing is stored any more. Its operator has " +
		"to put the database back into the data folder and restart the server."}

// stillThere returns errGone from when on a file of the database was found gone. It stays gone until a restart, also
// where the
// file comes back: what happened to it meanwhile is not known.
func (s *database) stillThere(n int) error {
	if s.gone.Load() == nil {
		err := s.files.gone(n)
		if err == nil {
			err = s.index.cut(s.path)
		}
		if err == nil {
			return nil
		}
		if s.gone.CompareAndSwap(nil, &err) {
			s.options.Log.Error(
				"the database is gone: nothing is stored any more. Put it back into the data folder and restart",
				"file",
				s.path,
				"error",
				err,
			)
		}
	}
	return errGone
}

// Gone reports whether the database was found removed, renamed or replaced.
func (s *DB) Gone() bool { return s.isGone() }

func (s *database) isGone() bool { return s.gone.Load() != nil }

// watchEvery is how often it is looked whether the database still stands where it was opened.
const watchEvery = time.Second

// Watch looks until ctx ends whether the database still stands where it was opened. Where it does not, nothing is
// stored any more.
func (s *DB) Watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if s.stillThere(allFiles) == nil {
			continue
		}
		rescued := false
		if err := s.wait(&writeRequest{rescue: &rescued, done: make(chan struct{}, 1)}); rescued ||
			errors.Is(err, errStopping) {
			return nil
		}
	}
}

// rescue writes what is in the WAL into the database file and empties the WAL, wherever the two are now: a file that
// was moved
// away is whole then, and one that was put in its place does not meet the WAL of another when it is opened.
func (s *database) rescue() bool {
	if s.rescued || s.index.cut(s.path) != nil { // what is left of a WAL that was cut is not what was answered
		return true
	}
	row, err := s.write.row(`PRAGMA wal_checkpoint(TRUNCATE)`)
	s.rescued = err == nil && len(row) > 0 && row[0] == int64(0) // else somebody is still reading
	if s.rescued {
		s.options.Log.Info(
			"what was answered before the database was gone is written into its file, wherever that is now",
			"file",
			s.path,
		)
	}
	return s.rescued
}
