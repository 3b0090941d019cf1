package datafile

import (
	"errors"
	"os"
)

// LockDatabase takes the database file at path for this process alone, so that another server cannot take it at
// another place while this one has it open. On Linux such a lock is apart from those that SQLite uses. The
// caller frees it after the database is closed: closing any descriptor of the file drops SQLite's own locks in
// this process.
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
