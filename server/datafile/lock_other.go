//go:build !unix && !windows

package datafile

import "os"

// Lock always succeeds: the system has no such lock.
func Lock(*os.File, bool) (taken bool, err error) { return true, nil }

// LockFolder always succeeds: the system has no such lock.
func LockFolder(*os.File, bool) (taken bool, err error) { return true, nil }
