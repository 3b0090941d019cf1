package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
)

// lockName is the file in the data folder that a running server holds. It says where the server is.
const lockName = "hookbeam.lock"

// runningServer is what a running server writes into its lock file.
type runningServer struct {
	PID int    `json:"pid"`
	URL string `json:"url"`
}

// folderLock is a data folder that this process holds. The folder itself is locked, and on Linux the database, so the lock
// does not depend on a file that somebody may remove. The lock file tells who has the folder; releases before this one lock
// only that file, so it is locked as well.
type folderLock struct {
	path     string
	who      runningServer
	log      *slog.Logger
	folder   *os.File
	file     *os.File
	database func() error // frees it
}

// lockDataFolder makes the data folder, gives what is in it to its owner alone, and takes it for this process. One folder belongs
// to one server: two would write the same log. The caller releases it after the databases are closed.
func lockDataFolder(path, url string, log *slog.Logger) (l *folderLock, err error) {
	if err := datafile.Folder(path); err != nil {
		return nil, err
	}
	names := append(append(sqlite.Files(sqlite.FileName), status.Files()...), lockName)
	if err := datafile.Mend(path, names...); err != nil {
		return nil, err
	}
	l = &folderLock{path: path, who: runningServer{PID: os.Getpid(), URL: url}, log: log}
	if err := l.take(); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

func (l *folderLock) take() (err error) {
	if l.folder, err = os.Open(l.path); err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	taken, err := takeFolder(l.folder)
	if err == nil && taken {
		taken, err = l.takeFile()
	}
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	if !taken {
		other := readRunningServer(l.path)
		return fmt.Errorf("the data folder %s belongs to a running server (process %d, %s). Stop it first, or choose another folder with --data",
			l.path, other.PID, other.URL)
	}
	database := filepath.Join(l.path, sqlite.FileName)
	if err := datafile.Create(database); err != nil {
		return err
	}
	if l.database, taken, err = datafile.LockDatabase(database); err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	if !taken {
		return fmt.Errorf("the database %s is open in a running server, which had it at another place. Stop that server first", database)
	}
	return nil
}

// A command that looks who is there holds the folder for a moment, so a server tries more than once.
const (
	lockTries = 5
	lockPause = 20 * time.Millisecond
)

func takeFolder(folder *os.File) (taken bool, err error) {
	for range lockTries {
		if taken, err = datafile.LockFolder(folder, false); taken || err != nil {
			return taken, err
		}
		<-time.After(lockPause)
	}
	return false, nil
}

// takeFile opens or makes the lock file, locks it and writes into it who has the folder.
func (l *folderLock) takeFile() (taken bool, err error) {
	path := filepath.Join(l.path, lockName)
	if l.file, err = datafile.Open(path, os.O_RDWR); errors.Is(err, fs.ErrNotExist) {
		l.file, err = datafile.OpenNew(path)
	}
	if err != nil {
		return false, err
	}
	if taken, err = datafile.Lock(l.file, false); err != nil || !taken {
		return false, err
	}
	return true, writeRunningServer(l.file, l.who)
}

// release frees the folder. The databases must be closed.
func (l *folderLock) release() error {
	var errs []error
	if l.database != nil {
		errs = append(errs, l.database())
	}
	for _, f := range []*os.File{l.file, l.folder} { // the locks go with them; nothing was buffered
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// lockEvery is how often it is looked whether the lock file is still there.
const lockEvery = time.Second

// Keep puts the lock file back where it was removed or replaced, until ctx ends: commands find the server by it.
func (l *folderLock) Keep(ctx context.Context) error {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		switch restored, err := l.restore(); {
		case err != nil:
			l.log.Error("could not put the data folder's lock file back; commands will not find this server", "folder", l.path, "error", err)
			return nil
		case restored:
			l.log.Warn("the data folder's lock file was removed or replaced, and was put back. The folder stayed locked", "folder", l.path)
		}
	}
}

// restore puts the lock file back where it is not the one that this process holds.
func (l *folderLock) restore() (restored bool, err error) {
	path := filepath.Join(l.path, lockName)
	if same(l.file, path, os.Lstat) || !same(l.folder, l.path, os.Stat) { // a folder that was moved away is another's now
		return false, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	before := l.file
	taken, err := l.takeFile()
	if err == nil && !taken {
		err = errors.New("another process holds it")
	}
	if err != nil {
		if l.file != nil && l.file != before {
			err = errors.Join(err, l.file.Close())
		}
		l.file = before
		return false, err
	}
	return true, before.Close()
}

// same reports whether f is what stands at path.
func same(f *os.File, path string, stat func(string) (fs.FileInfo, error)) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := stat(path)
	return err == nil && os.SameFile(held, there)
}

// readRunningServer is what the lock file says; what cannot be read is shown as nothing.
func readRunningServer(folder string) (o runningServer) {
	f, err := datafile.Open(filepath.Join(folder, lockName), os.O_RDONLY)
	if err != nil {
		return o
	}
	defer func() { _ = f.Close() }()
	text, _ := io.ReadAll(io.LimitReader(f, 4096))
	_ = json.Unmarshal(text, &o)
	return o
}

func writeRunningServer(f *os.File, o runningServer) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("write the lock: %w", err)
	}
	if _, err := f.WriteAt(append(text, '\n'), 0); err != nil {
		return fmt.Errorf("write the lock: %w", err)
	}
	return nil
}

// findRunningServer finds the server that runs on folder. running is false where none does.
func findRunningServer(folder string) (o runningServer, running bool, err error) {
	dir, err := os.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return o, false, nil
	}
	if err != nil {
		return o, false, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { _ = dir.Close() }()
	free, err := datafile.LockFolder(dir, true)
	if err == nil && free { // a release before this one locks only the file
		free, err = fileIsFree(filepath.Join(folder, lockName))
	}
	if err != nil || free {
		return o, false, err
	}
	return readRunningServer(folder), true, nil
}

func fileIsFree(path string) (bool, error) {
	f, err := datafile.Open(path, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { _ = f.Close() }()
	return datafile.Lock(f, true)
}

// hasLog reports whether folder holds a database.
func hasLog(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, sqlite.FileName))
	return err == nil && info.Size() > 0
}
