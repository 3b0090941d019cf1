// Package datafile creates the data folder and the files in it so that only their owner can read them, finds the server
// that uses a folder, and connects commands to that server.
//
// It promises three things:
//
//   - The folder has mode 0700 and its files 0600, whatever the umask. On systems without such modes, the folder and
//     the files are created and nothing more is promised.
//   - Symbolic links, files with a second hard link, and files of other users are refused. Another user who can place
//     such a file would choose what Hookbeam reads or overwrites.
//   - Only the owner of the folder and root can use the control channel (ListenControl, DialControl), over which
//     commands reach the server that holds the folder's lock (FindRunningServer).
//
// Start reading with Folder, which creates or corrects the folder, then Mend and Create for the files in it.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The modes of the data folder and of every file in it.
const (
	folderMode = 0o700
	fileMode   = 0o600
)

// Folder creates the folder dir if it does not exist, and sets its mode to 0700. dir itself may be a link to a folder.
// It fails if the folder belongs to another user, or if other users can read it and it contains files that are not
// Hookbeam's: changing the mode would lock those users out.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("inspect the data folder: %w", err)
	}
	if who := owner(info); who.known && who.uid != self() && self() != root {
		return fmt.Errorf(
			"the data folder %s belongs to the user with id %d, but this process runs as %d: run it as the "+
				"folder's owner, change the owner with chown, or choose another folder with --data",
			dir, who.uid, self(),
		)
	}
	if !hasModes || info.Mode().Perm() == folderMode {
		return nil
	}
	if err := refuseShared(dir, info); err != nil {
		return err
	}
	return chmod(dir, folderMode, os.Stat)
}

// refuseShared returns an error if dir, whose mode is not 0700, contains files of other programs, such as a home folder
// or /tmp. A folder with Hookbeam's database is accepted in any case, unless it has the sticky bit, as /tmp has.
func refuseShared(dir string, info fs.FileInfo) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("inspect the data folder: %w", err)
	}
	others := 0
	for _, e := range entries {
		switch name := e.Name(); {
		case name == DatabaseName && info.Mode()&fs.ModeSticky == 0:
			return nil
		case name == SealKeyName: // it may be put there before the first start
		case !strings.HasPrefix(name, "hookbeam.") && !strings.HasPrefix(name, "statuses.") && name != "lost+found":
			others++
		}
	}
	if others > 0 {
		return fmt.Errorf(
			"other users can read the data folder %s, and it also contains other files (mode %04o): choose a "+
				"separate folder with --data, or run chmod 700 on it if nobody else needs it",
			dir, info.Mode().Perm(),
		)
	}
	return nil
}

// Mend sets the mode of those of the named files in dir that exist to 0600. It fails for a symbolic link, a file with a
// second hard link, anything that is not a regular file, and a file of another user. It is called at every start, since
// a restored backup or a copy may have other modes.
func Mend(dir string, names ...string) error {
	folder, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("inspect the data folder: %w", err)
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

// Create creates an empty file with mode 0600 at path. If there is a file, it corrects that file's mode, as Mend does,
// and keeps its content. It never writes through a link.
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

// OpenNew creates a file with mode 0600 and opens it for reading and writing. It fails with fs.ErrExist if anything is
// at path, also a link to nothing.
func OpenNew(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|noFollow, fileMode)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	if !hasModes {
		return f, nil
	}
	if err := f.Chmod(fileMode); err != nil { // the umask may deny the owner, too
		return nil, errors.Join(fmt.Errorf("create %s: %w", path, err), f.Close())
	}
	return f, nil
}

// Open opens an existing file with the flags of os.OpenFile. It fails for a link, for a file with a second hard link,
// and for anything that is not a regular file. It does not check the owner: nobody else can write to the folder.
func Open(path string, flag int) (*os.File, error) {
	info, err := os.Lstat(path)
	if err == nil {
		err = refuse(path, info, ownership{})
	}
	if err != nil {
		return nil, err
	}
	return os.OpenFile(path, flag|noFollow, 0)
}

// refuse returns an error unless path is a regular file with one name that belongs to the folder's owner or to this
// user. With the zero folder, the owner is not checked. info must be from Lstat, which does not follow links.
func refuse(path string, info fs.FileInfo, folder ownership) error {
	who := owner(info)
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf(
			"%s is a symbolic link, which Hookbeam does not follow, because it could lead to any file: "+
				"remove the link, or replace it with the file itself",
			path,
		)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file (%s): move it away", path, info.Mode().Type())
	case who.linked:
		return fmt.Errorf(
			"%s has another hard link, through which the file could be read or changed: "+
				"remove the other link, or replace the file with a copy",
			path,
		)
	case who.known && folder.known && who.uid != folder.uid && who.uid != self():
		return fmt.Errorf(
			"%s belongs to the user with id %d, who does not own the data folder: change its owner with chown",
			path, who.uid,
		)
	}
	return nil
}

// Same reports whether the open file f is the file at path. stat is os.Stat, or os.Lstat if path must not be a link.
func Same(f *os.File, path string, stat func(string) (fs.FileInfo, error)) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := stat(path)
	return err == nil && os.SameFile(held, there)
}

// chmod changes a mode and checks that it took effect: some file systems, such as FAT or a network share, ignore it.
// stat is os.Stat or os.Lstat.
func chmod(path string, mode fs.FileMode, stat func(string) (fs.FileInfo, error)) error {
	err := os.Chmod(path, mode)
	info, seen := stat(path)
	if err == nil {
		err = seen
	}
	if err == nil && info.Mode().Perm() != mode {
		err = fmt.Errorf("the mode is still %04o", info.Mode().Perm())
	}
	if err != nil {
		return fmt.Errorf(
			"other users can read %s, and its mode cannot be changed to %04o: %w. Run Hookbeam as its owner, "+
				"change the owner with chown, or choose a folder with --data on a file system that supports modes",
			path, mode, err,
		)
	}
	return nil
}

// ownership is what the file system says about who can reach a file. The zero value says nothing, which is all that
// systems without numeric owners have.
type ownership struct {
	known  bool
	uid    int
	linked bool // the file has more than one hard link
}

// root is the uid of the superuser, who may use any user's folder. It is also what self returns on systems without
// numeric owners.
const root = 0
