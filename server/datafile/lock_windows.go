package datafile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedAt is a byte that no file here has: on Windows, what is locked cannot be read by others, and they read
// who holds it.
const lockedAt = 1 << 30

// Lock takes an open file for this process alone, or, shared, with others that share it. It is freed when f is
// closed and when the process ends, however it ends. taken is false where another has it.
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

// LockFolder does nothing: folders cannot be locked here, and a file that is open cannot be removed.
func LockFolder(*os.File, bool) (taken bool, err error) { return true, nil }
