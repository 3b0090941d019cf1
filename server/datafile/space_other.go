//go:build !linux && !darwin && !freebsd && !windows

package datafile

import "errors"

// Space returns an error of errors.ErrUnsupported: it is not known on this system.
func Space(string) (total, free int64, err error) { return 0, 0, errors.ErrUnsupported }
