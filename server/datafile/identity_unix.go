//go:build unix

package datafile

import (
	"errors"
	"syscall"
)

// Identity tells one file from another, whatever they are called.
type Identity struct {
	device, inode uint64
}

// Same reports whether both are of the same file.
func (i Identity) Same(other Identity) bool { return i == other }

// lstat is Identify where the system has nothing cheaper.
func lstat(path string) (id Identity, size int64, err error) {
	var st syscall.Stat_t
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Lstat(path, &st)
	}
	return Identity{uint64(st.Dev), st.Ino}, st.Size, err // a device has another type on each system
}
