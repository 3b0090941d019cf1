package datafile

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Identify returns the identity of the file at path and its size in bytes. It does not follow a link.
//
// The log calls it at every commit, so it asks the kernel for the inode and the size only. Asking for a file's times,
// as stat does, makes Linux store a more precise time at the next write, which made commits 15 % slower.
func Identify(path string) (id Identity, size int64, err error) {
	var st unix.Statx_t
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Statx(
			unix.AT_FDCWD,
			path,
			unix.AT_SYMLINK_NOFOLLOW|unix.AT_STATX_DONT_SYNC,
			unix.STATX_INO|unix.STATX_SIZE,
			&st,
		)
	}
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) { // an old kernel, or a sandbox that denies statx
		return lstat(path)
	}
	return Identity{uint64(st.Dev_major)<<32 | uint64(st.Dev_minor), st.Ino}, int64(st.Size), err
}
