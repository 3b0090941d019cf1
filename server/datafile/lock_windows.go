package datafile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedAt is the offset of the locked byte. It is beyond the end of every file here: on Windows, other processes
// cannot read a locked range, and they must be able to read from the lock file who holds it.
const lockedAt = 1 << 30

// Lock locks an open file for this process alone or, if shared, together with other processes that share it. It does
// not wait: taken is false if another process holds the lock. The lock is released when f is closed and when the
// process ends.
func Lock(f *os.File, shared bool) (taken bool, err error) {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !shared {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{Offset: lockedAt})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}

// LockFolder always succeeds: Windows cannot lock folders, and there a file that is open cannot be removed.
func LockFolder(*os.File, bool) (taken bool, err error) { return true, nil }
