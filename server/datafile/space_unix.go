//go:build linux || darwin || freebsd

package datafile

import "golang.org/x/sys/unix"

// Space returns the size of the file system that has path, and what this user may still write to it, in bytes.
func Space(path string) (total, free int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	block := int64(s.Bsize) // its type differs between systems
	return int64(s.Blocks) * block, int64(s.Bavail) * block, nil
}
