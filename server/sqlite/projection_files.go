package sqlite

import (
	"errors"
	"io/fs"
	"os"
)

// DamagedEnding is appended to the name of a damaged database that was replaced by a new one.
const DamagedEnding = ".damaged"

// ProjectionFiles returns the names of all files that projections may have in the data folder.
func ProjectionFiles() (names []string) {
	for _, kind := range projectionKinds() {
		for _, database := range []string{kind.file, kind.file + DamagedEnding, kind.next} {
			names = append(names, Files(database)...)
		}
	}
	return names
}

// move renames a closed database over another. SQLite's files beside either are removed first: they belong to a
// database that is no longer there. Whenever the process stops in between, one of the two databases is at to.
func move(from, to string) error {
	for _, path := range []string{from, to} {
		if err := remove(path, "-wal", "-shm"); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

func remove(path string, endings ...string) error {
	for _, ending := range endings {
		if err := os.Remove(path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
