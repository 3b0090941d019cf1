package datafile

import (
	"errors"
	"os"
)

// LockDatabase locks the database file at path for this process alone, so that a second server cannot open it under
// another path, such as a bind mount or a hard link made later. On Linux such a flock is independent of the locks that
// SQLite uses. The caller calls free after it closed the database, not before: closing any descriptor of a file
// releases all of SQLite's locks on it in this process.
func LockDatabase(path string) (free func() error, taken bool, err error) {
	f, err := Open(path, os.O_RDWR)
	if err != nil {
		return nil, false, err
	}
	taken, err = LockFolder(f, false)
	if err != nil || !taken {
		return nil, false, errors.Join(err, f.Close())
	}
	return f.Close, true, nil
}
