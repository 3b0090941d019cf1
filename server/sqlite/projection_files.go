package sqlite

import (
	"errors"
	"io/fs"
	"os"
)

// DamagedEnding is appended to the name of a damaged database, which is kept for inspection.
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

// move renames a closed database over another one. It first deletes the WAL and the WAL's index of both, which do not
// belong to the result. If it is interrupted, to is still one of the two databases.
func move(from, to string) error {
	for _, path := range []string{from, to} {
		if err := remove(path, "-wal", "-shm"); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

// remove deletes files whose names are path with each ending. A file that does not exist is no error.
func remove(path string, endings ...string) error {
	for _, ending := range endings {
		if err := os.Remove(path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
