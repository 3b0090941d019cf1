package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ModeError is the error of a folder or file that other users can read. The next start of a server corrects it.
type ModeError struct {
	Path       string
	Mode, Want fs.FileMode
}

func (e *ModeError) Error() string {
	return fmt.Sprintf("%s has mode %04o instead of %04o, so other users of this machine may read it",
		e.Path, e.Mode, e.Want)
}

// Inspect returns what is wrong with the data folder and the files in it: what Folder, Mend and ListenControl would
// correct, as *ModeError, and what they would refuse. It changes nothing. If the folder does not exist, the one error
// is an fs.ErrNotExist.
func Inspect(dir string) (wrong []error) {
	info, err := os.Stat(dir)
	if err != nil {
		return []error{err}
	}
	if !info.IsDir() {
		return []error{fmt.Errorf("%s is not a folder: choose another path with --data", dir)}
	}
	if who := owner(info); who.known && who.uid != self() && self() != root {
		wrong = append(wrong, fmt.Errorf("%s belongs to the user with id %d, and this process runs as %d: "+
			"run Hookbeam as the folder's owner, or change the owner with chown", dir, who.uid, self()))
	}
	if hasModes && info.Mode().Perm() != folderMode {
		if err := refuseShared(dir, info); err != nil {
			wrong = append(wrong, err)
		} else {
			wrong = append(wrong, &ModeError{dir, info.Mode().Perm(), folderMode})
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return append(wrong, err)
	}
	for _, e := range entries {
		if isOurs(e.Name()) {
			if err := inspectFile(filepath.Join(dir, e.Name()), owner(info)); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return wrong
}

// isOurs reports whether a name in the data folder is that of one of Hookbeam's files.
func isOurs(name string) bool {
	for _, prefix := range []string{"hookbeam.", "statuses.", "seal.", "seal-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// inspectFile returns what is wrong with one file in the folder of an owner.
func inspectFile(path string, folder ownership) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile, as temporary files are
		return nil
	}
	if err != nil {
		return err
	}
	if filepath.Base(path) == SocketName {
		return refuseControl(path, info, folder)
	}
	if err := refuse(path, info, folder); err != nil {
		return err
	}
	if hasModes && info.Mode().Perm() != fileMode {
		return &ModeError{path, info.Mode().Perm(), fileMode}
	}
	return nil
}
