//go:build !unix && !windows

package datafile

import "os"

// Lock does nothing where the system has no such lock.
func Lock(*os.File, bool) (taken bool, err error) { return true, nil }

// LockFolder does nothing where the system has no such lock.
func LockFolder(*os.File, bool) (taken bool, err error) { return true, nil }
