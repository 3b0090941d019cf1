//go:build !unix

package datafile

import (
	"io/fs"
	"os"
)

const (
	hasModes = false
	noFollow = 0
)

func self() int { return root }

func owner(fs.FileInfo) user { return user{} }

// Identity tells one file from another, whatever they are called.
type Identity struct{ info fs.FileInfo }

// Same reports whether both are of the same file.
func (i Identity) Same(other Identity) bool { return os.SameFile(i.info, other.info) }

// Identify returns which file stands at path, and its size in bytes. A link is not followed.
func Identify(path string) (id Identity, size int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Identity{}, 0, err
	}
	return Identity{info}, info.Size(), nil
}
