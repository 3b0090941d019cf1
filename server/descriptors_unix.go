//go:build unix

package server

import "syscall"

// descriptors returns the number of files that the process may have open, or 0 if it is unlimited. It is the soft
// limit, which Go's runtime raises to the hard limit when a process starts.
func descriptors() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	if limit.Cur >= 1<<62 { // RLIM_INFINITY, whose value differs between systems
		return 0
	}
	return uint64(limit.Cur) //nolint:unconvert // it is signed on FreeBSD
}
