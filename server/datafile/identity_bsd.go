//go:build unix && !linux

package datafile

// Identify returns the identity of the file at path and its size in bytes. It does not follow a link.
func Identify(path string) (id Identity, size int64, err error) { return lstat(path) }
