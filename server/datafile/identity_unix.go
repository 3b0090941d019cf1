//go:build unix

package datafile

import (
	"errors"
	"syscall"
)

// Identity identifies a file, independent of its name: a renamed file keeps it, a copy has another.
type Identity struct {
	device, inode uint64
}

// Same reports whether both identify the same file.
func (i Identity) Same(other Identity) bool { return i == other }

// lstat is Identify with the portable system call.
func lstat(path string) (id Identity, size int64, err error) {
	var st syscall.Stat_t
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Lstat(path, &st)
	}
	return Identity{uint64(st.Dev), st.Ino}, st.Size, err // the type of Dev differs between systems
}
