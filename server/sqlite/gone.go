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

// fileSet identifies the files of an open database: the database, its WAL and the WAL's index, in this order.
//
// On Unix, another program can remove, rename or replace a file that is open. Writes to it then still succeed, but are
// lost when it is closed, and the next start finds an older database or none. So the files at these paths are compared
// with those that were opened. An empty set is never missing.
type fileSet []openFile

// openFile is one file of a fileSet.
type openFile struct {
	path string
	open datafile.Identity // of the file that was opened
}

// The number of files that are compared: those that contain the deliveries, or all of them.
const (
	durableFiles = 2
	allFiles     = 3
)

// identifyFiles returns the files of the database at path. It must be open, because SQLite creates the other two files
// when it is opened.
func identifyFiles(path string) (fileSet, error) {
	var p fileSet
	for _, ending := range []string{"", "-wal", "-shm"} {
		id, _, err := datafile.Identify(path + ending)
		if err != nil {
			return nil, fmt.Errorf("inspect the database: %w", err)
		}
		p = append(p, openFile{path + ending, id})
	}
	return p, nil
}

// missing returns an error if one of the first n files is no longer at its path. A file that cannot be examined counts
// as present.
func (p fileSet) missing(n int) error {
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

// errGone is the problem for every write to a database whose files are missing.
var errGone = &hook.Problem{Kind: hook.ErrUnavailable, Code: "database_gone", RetryAfter: 30 * time.Second,
	Detail: "The server's database was removed, renamed or replaced while it was open, so nothing can be stored. " +
		"The operator must put the database back into the data folder and restart the server."}

// checkFiles compares the first n files, and returns errGone if one is missing or the WAL was truncated. From then on
// it always does, until a restart, even if the file is put back: it may have been changed meanwhile.
func (s *database) checkFiles(n int) error {
	if s.gone.Load() == nil {
		err := s.files.missing(n)
		if err == nil {
			err = s.index.checkTruncated(s.path)
		}
		if err == nil {
			return nil
		}
		if s.gone.CompareAndSwap(nil, &err) {
			s.options.Log.Error("the database is gone, so nothing can be stored. Put it back into the data folder "+
				"and restart the server", "file", s.path, "error", err)
		}
	}
	return errGone
}

// Gone reports whether the database was found removed, renamed or replaced.
func (s *DB) Gone() bool { return s.isGone() }

// isGone reports whether checkFiles has found a missing file.
func (s *database) isGone() bool { return s.gone.Load() != nil }

// watchEvery is how often Watch compares the files.
const watchEvery = time.Second

// Watch compares the database's files with those that were opened, until ctx ends. Commits do so, too, but a server
// that receives nothing should also notice. If a file is missing, it has the writer call rescue until that succeeds.
func (s *DB) Watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if s.checkFiles(allFiles) == nil {
			continue
		}
		rescued := false
		if err := s.submit(&writeRequest{rescue: &rescued, done: make(chan struct{}, 1)}); rescued ||
			errors.Is(err, errStopping) {
			return nil
		}
	}
}

// rescue runs a checkpoint on the files that are still open, wherever they are now: it copies the WAL into the database
// and truncates it. A database file that was moved away then contains every delivery that was answered, and a file that
// was put in its place is not opened with the WAL of another. It returns true if there is nothing left to do.
func (s *database) rescue() bool {
	if s.rescued || s.index.checkTruncated(s.path) != nil { // a truncated WAL must not be copied
		return true
	}
	row, err := s.write.row(`PRAGMA wal_checkpoint(TRUNCATE)`)
	s.rescued = err == nil && len(row) > 0 && row[0] == int64(0) // 1: a reader prevents it
	if s.rescued {
		s.options.Log.Info("every delivery that was accepted before the database was gone is in its file, wherever "+
			"that file is now", "file", s.path)
	}
	return s.rescued
}
