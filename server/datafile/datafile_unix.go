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
	noFollow = syscall.O_NOFOLLOW // opening fails if a link was put in place after Lstat
)

// self is the effective uid of this process.
func self() int { return os.Geteuid() }

// owner returns the owner of a file and whether it has a second name. Folders always have several hard links.
func owner(info fs.FileInfo) ownership {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ownership{}
	}
	return ownership{known: true, uid: int(st.Uid), linked: !info.IsDir() && st.Nlink > 1}
}

// Lock locks an open file or folder for this process alone or, if shared, together with other processes that share it.
// It does not wait: taken is false if another process holds the lock. The kernel releases the lock when f is closed and
// when the process ends, also after a crash, so a lock file that was left behind blocks nobody.
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

// LockFolder is Lock for a folder. If the file system cannot lock folders, as some network file systems, it reports the
// lock as taken: the lock file beside it is then the only protection.
func LockFolder(f *os.File, shared bool) (taken bool, err error) {
	taken, err = Lock(f, shared)
	for _, cannot := range []error{syscall.ENOTSUP, syscall.EBADF, syscall.EINVAL, syscall.ENOLCK} {
		if errors.Is(err, cannot) {
			return true, nil
		}
	}
	return taken, err
}
