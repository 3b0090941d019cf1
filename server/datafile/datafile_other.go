//go:build !unix

package datafile

import (
	"io/fs"
	"os"
)

const (
	hasModes = false // files have no owner and no mode that could be checked
	noFollow = 0     // links are refused by Lstat alone
)

// self is the uid of this process.
func self() int { return root }

// owner returns nothing: the checks of owners are then skipped.
func owner(fs.FileInfo) ownership { return ownership{} }

// Identity identifies a file, independent of its name.
type Identity struct{ info fs.FileInfo }

// Same reports whether both identify the same file.
func (i Identity) Same(other Identity) bool { return os.SameFile(i.info, other.info) }

// Identify returns the identity of the file at path and its size in bytes. It does not follow a link.
func Identify(path string) (id Identity, size int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return Identity{}, 0, err
	}
	return Identity{info}, info.Size(), nil
}
