//go:build !linux && !darwin && !freebsd && !windows

package datafile

import "errors"

// fileSystemOf fails: on this system the file system of a folder is not found out, so every folder is accepted.
func fileSystemOf(string) (FileSystem, error) { return FileSystem{}, errors.ErrUnsupported }
