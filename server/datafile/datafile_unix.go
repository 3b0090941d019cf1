//go:build unix

package datafile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	hasModes = true
	noFollow = syscall.O_NOFOLLOW
)

func self() int { return os.Geteuid() }

func owner(info fs.FileInfo) user {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return user{}
	}
	return user{known: true, uid: int(st.Uid), linked: !info.IsDir() && st.Nlink > 1}
}

// Lock takes an open file or folder for this process alone, or, shared, with others that share it. It is freed
// when f is closed and when the process ends, however it ends. taken is false where another has it.
func Lock(f *os.File, shared bool) (taken bool, err error) {
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// LockFolder is Lock for a folder. Where the file system cannot lock folders, it is as if it were taken.
func LockFolder(f *os.File, shared bool) (taken bool, err error) {
	taken, err = Lock(f, shared)
	for _, cannot := range []error{syscall.ENOTSUP, syscall.EBADF, syscall.EINVAL, syscall.ENOLCK} {
		if errors.Is(err, cannot) {
			return true, nil
		}
	}
	return taken, err
}
