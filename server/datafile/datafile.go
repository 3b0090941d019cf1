// Package datafile keeps the data folder and the files in it to their owner: the folder has mode 0700, each
// file 0600, whatever the umask. A name that is a link, or anything else than a file of its own, is refused:
// whoever could put it there chose what would be read or overwritten. On systems without such modes it makes
// the folder and the files, and no more.
//
// It also says which server holds a folder (FindRunningServer), and opens the control channel over which
// commands reach that server (ListenControl, DialControl): only the owner of the folder and root can use it.
//
// Start with Folder, which mends the folder, then Mend and Create for the files in it.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// Folder makes the folder dir where there is none, and gives it the mode 0700. dir itself may be a link to a
// folder. A folder that others can use and that holds other things than Hookbeam's is refused: it would be
// taken away from them.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	if who := owner(info); who.known && who.uid != self() && self() != root {
		return fmt.Errorf(
			"the data folder %s belongs to the user with id %d, and this runs as %d: run it as its owner, change the owner "+
				"with chown, or choose another folder with --data",
			dir,
			who.uid,
			self(),
		)
	}
	if !hasModes || info.Mode().Perm() == folderMode {
		return nil
	}
	if err := shared(dir, info); err != nil {
		return err
	}
	return chmod(dir, folderMode, os.Stat)
}

// shared returns an error where dir is a folder that others work in, too.
func shared(dir string, info fs.FileInfo) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	others := 0
	for _, e := range entries {
		switch name := e.Name(); {
		case name == DatabaseName && info.Mode()&fs.ModeSticky == 0:
			return nil
		case !strings.HasPrefix(name, "hookbeam.") && !strings.HasPrefix(name, "statuses.") && name != "lost+found":
			others++
		}
	}
	if others > 0 {
		return fmt.Errorf(
			"the data folder %s can be read by other users and holds other things, too (mode %04o): choose a folder of its own "+
				"with --data, or run chmod 700 on it if nobody else needs it",
			dir,
			info.Mode().Perm(),
		)
	}
	return nil
}

// Mend gives those of the named files in dir that are there the mode 0600. It refuses a link, a file with a
// second name somewhere else, and whatever else is no file of the folder's owner.
func Mend(dir string, names ...string) error {
	folder, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = refuse(path, info, owner(folder))
		}
		if err == nil && hasModes && info.Mode().Perm() != fileMode {
			err = chmod(path, fileMode, os.Lstat)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Create makes an empty file that only its owner can read, where there is none at path; one that is there is
// mended. Nothing is ever written through a link.
func Create(path string) error {
	f, err := OpenNew(path)
	if errors.Is(err, fs.ErrExist) {
		return Mend(filepath.Dir(path), filepath.Base(path))
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// OpenNew makes a file that only its owner can read, and opens it. It fails with fs.ErrExist where anything is
// at path.
func OpenNew(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|noFollow, fileMode)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", path, err)
	}
	if !hasModes {
		return f, nil
	}
	if err := f.Chmod(fileMode); err != nil { // the umask may have taken even the owner's rights
		return nil, errors.Join(fmt.Errorf("make %s: %w", path, err), f.Close())
	}
	return f, nil
}

// Open opens a file that is there, never through a link.
func Open(path string, flag int) (*os.File, error) {
	info, err := os.Lstat(path)
	if err == nil {
		err = refuse(path, info, user{})
	}
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, flag|noFollow, 0)
}

// refuse returns an error where what stands at path is no file of its own.
func refuse(path string, info fs.FileInfo, folder user) error {
	who := owner(info)
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf(
			"%s is a link: it is not followed, because whoever put it there would choose the file. Move it away, or move "+
				"the file itself into its place",
			path,
		)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file (%s): move it away", path, info.Mode().Type())
	case who.linked:
		return fmt.Errorf(
			"%s has a second name somewhere else (a hard link), through which it could be read or changed: remove the other "+
				"name, or put a copy in its place",
			path,
		)
	case who.known && folder.known && who.uid != folder.uid && who.uid != self():
		return fmt.Errorf(
			"%s belongs to the user with id %d, and the data folder does not: change its owner with chown",
			path,
			who.uid,
		)
	}
	return nil
}

// Same reports whether f is what stands at path.
func Same(f *os.File, path string, stat func(string) (fs.FileInfo, error)) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := stat(path)
	return err == nil && os.SameFile(held, there)
}

// chmod changes a mode and looks whether it took.
func chmod(path string, mode fs.FileMode, stat func(string) (fs.FileInfo, error)) error {
	err := os.Chmod(path, mode)
	info, seen := stat(path)
	if err == nil {
		err = seen
	}
	if err == nil && info.Mode().Perm() != mode {
		err = fmt.Errorf("its mode stays %04o", info.Mode().Perm())
	}
	if err != nil {
		return fmt.Errorf(
			"other users can read %s, and it cannot be kept to its owner (mode %04o): %w. Run as its owner, change the owner "+
				"with chown, or choose a folder with --data on a file system that has modes",
			path,
			mode,
			err,
		)
	}
	return nil
}

// user is whom a file belongs to.
type user struct {
	known  bool
	uid    int
	linked bool // the file has other names
}

// root may work in anybody's folder.
const root = 0
