package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// SealKeyName is the file in the data folder with the key that seals the secrets in the database, if it is not kept
// elsewhere.
const SealKeyName = "seal.key"

// SealKeyNameOf returns the name of a file in the data folder with a key that is not in use, or not yet: rekey keeps
// the new key there before it uses it, and the old one after it.
func SealKeyNameOf(id string) string { return "seal-" + id + ".key" }

// SealKeys returns the names of all key files in a data folder.
func SealKeys(dir string) (names []string) {
	for _, pattern := range []string{SealKeyName, SealKeyNameOf("*")} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern)) // fails only for a malformed pattern
		for _, path := range found {
			names = append(names, filepath.Base(path))
		}
	}
	return names
}

// Replace stores content in a file with mode 0600, and replaces the file if there is one. When it returns, the content
// is on the disk under this name; if it is interrupted, the file is as it was before.
func Replace(path string, content []byte) (err error) {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // an interrupted call left it
		return err
	}
	f, err := OpenNew(next)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(next))
	}
	return SyncFolder(filepath.Dir(path))
}

// Rename renames a file within a folder, or between two of the same file system, and waits until that is on the disk.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if err := SyncFolder(filepath.Dir(to)); err != nil || filepath.Dir(from) == filepath.Dir(to) {
		return err
	}
	return SyncFolder(filepath.Dir(from))
}

// SyncFolder waits until new, renamed and removed names in a folder are on the disk. Systems that cannot sync a folder
// write its names in order themselves.
func SyncFolder(dir string) error {
	if !hasModes { // Windows
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}

// ReadableByAll reports whether every user of the machine can read a file, as its mode says.
func ReadableByAll(info fs.FileInfo) bool { return hasModes && info.Mode().Perm()&0o004 != 0 }
