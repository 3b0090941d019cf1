//go:build unix

package server

import "syscall"

// descriptors returns how many files the process may have open; 0 where that is not limited. Go's runtime has raised
// the
// soft limit to the hard one when the process began.
func descriptors() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	if limit.Cur >= 1<<62 { // RLIM_INFINITY, which each system writes in its own way
		return 0
	}
	return uint64(limit.Cur) //nolint:unconvert // it is signed on FreeBSD
}
