//go:build unix && !linux

package datafile

// Identify returns which file stands at path, and its size in bytes. A link is not followed.
func Identify(path string) (id Identity, size int64, err error) { return lstat(path) }
