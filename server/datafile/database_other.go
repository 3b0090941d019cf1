//go:build !linux

package datafile

// LockDatabase does nothing where a lock on the whole file could get in the way of those that SQLite uses.
func LockDatabase(string) (free func() error, taken bool, err error) {
	return func() error { return nil }, true, nil
}
