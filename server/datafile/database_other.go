//go:build !linux

package datafile

// LockDatabase always succeeds: on these systems, a lock on the file could conflict with the locks that SQLite uses.
func LockDatabase(string) (free func() error, taken bool, err error) {
	return func() error { return nil }, true, nil
}
