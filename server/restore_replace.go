package server

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
)

// replace moves the previous data aside, if there is any, and the unpacked files in. The log comes last. It returns the
// folder of the previous data.
func (r *restore) replace(staging string) (aside string, err error) {
	folder := r.request.Folder
	names := append(sqlite.Files(sqlite.FileName), sqlite.ProjectionFiles()...)
	names = append(names, status.RebuildRequestFile)
	if _, err := os.Lstat(filepath.Join(staging, certificateFolder)); err == nil {
		names = append(names, certificateFolder)
	}
	if r.marker.Placing { // by an interrupted restore, whose files are in the backup
		for _, name := range names {
			if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
				return r.marker.Replaced, err
			}
		}
	} else if err := r.moveAllAside(names); err != nil {
		return r.marker.Replaced, err
	}
	aside = r.marker.Replaced
	entries, err := os.ReadDir(staging)
	if err != nil {
		return aside, err
	}
	for _, e := range entries {
		if e.Name() != sqlite.FileName {
			if err := os.Rename(filepath.Join(staging, e.Name()), filepath.Join(folder, e.Name())); err != nil {
				return aside, err
			}
		}
	}
	if err := datafile.SyncFolder(folder); err != nil {
		return aside, err
	}
	return aside, datafile.Rename(filepath.Join(staging, sqlite.FileName), filepath.Join(folder, sqlite.FileName))
}

// moveAllAside moves the previous data into one folder, which the marker names, also if an interrupted restore has
// begun with it: a log and its WAL must not be separated.
func (r *restore) moveAllAside(names []string) error {
	folder := r.request.Folder
	aside := filepath.Join(folder, asidePrefix+r.now.UTC().Format("20060102T150405.000Z"))
	if r.marker.Replaced != "" {
		aside = filepath.Join(folder, filepath.Base(r.marker.Replaced)) // the folder may have another path now
	}
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return err
	}
	r.marker.Replacing, r.marker.Replaced = true, aside
	if err := r.mark(); err != nil {
		return err
	}
	for _, name := range names {
		if err := moveAside(filepath.Join(folder, name), filepath.Join(aside, name)); err != nil {
			return err
		}
	}
	if left, err := os.ReadDir(aside); err != nil {
		return err
	} else if len(left) == 0 {
		if err := os.Remove(aside); err != nil {
			return err
		}
		r.marker.Replaced = ""
	} else if err := datafile.SyncFolder(aside); err != nil {
		return err
	}
	r.marker.Placing = true
	return r.mark()
}

// moveAside moves a file or folder, if there is one. An empty file is removed: locking a folder creates that of the
// log.
func moveAside(from, to string) error {
	info, err := os.Lstat(from)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().IsRegular() && info.Size() == 0:
		return os.Remove(from)
	}
	return os.Rename(from, to)
}
