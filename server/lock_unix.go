//go:build unix

package server

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the file for this process alone. It is freed when the process ends, however it ends.
func lock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
