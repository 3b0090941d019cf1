package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
)

// dataLock is a data folder that this process holds. The folder itself is locked, and on Linux the database, so the
// lock
// does not depend on a file that somebody may remove. The lock file tells who has the folder; releases before this
// one lock
// only that file, so it is locked as well.
type dataLock struct {
	path     string
	who      datafile.RunningServer
	log      *slog.Logger
	folder   *os.File
	file     *os.File
	database func() error // frees it
}

// lockDataFolder makes the data folder, gives what is in it to its owner alone, and takes it for this process, which
// who
// describes. One folder belongs to one server: two would write the same log. The caller releases it after the databases
// are closed.
func lockDataFolder(path string, who datafile.RunningServer, log *slog.Logger) (l *dataLock, err error) {
	if err := datafile.Folder(path); err != nil {
		return nil, err
	}
	names := append(append(sqlite.Files(sqlite.FileName), sqlite.ProjectionFiles()...), status.RebuildRequestFile, datafile.LockName)
	if err := datafile.Mend(path, names...); err != nil {
		return nil, err
	}
	who.PID = os.Getpid()
	l = &dataLock{path: path, who: who, log: log}
	if err := l.take(); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

func (l *dataLock) take() (err error) {
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
		other := datafile.ReadRunningServer(l.path)
		if other.Command != "" {
			return fmt.Errorf("the data folder %s is in use by hookbeam %s (process %d). Try again when that has ended",
				l.path, other.Command, other.PID)
		}
		return fmt.Errorf(
			"the data folder %s belongs to a running server (process %d, %s). Stop it first, or choose another folder with --data",
			l.path,
			other.PID,
			other.URL,
		)
	}
	database := filepath.Join(l.path, sqlite.FileName)
	if err := datafile.Create(database); err != nil {
		return err
	}
	if l.database, taken, err = datafile.LockDatabase(database); err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	if !taken {
		return fmt.Errorf(
			"the database %s is open in a running server, which had it at another place. Stop that server first",
			database,
		)
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
func (l *dataLock) takeFile() (taken bool, err error) {
	path := filepath.Join(l.path, datafile.LockName)
	if l.file, err = datafile.Open(path, os.O_RDWR); errors.Is(err, fs.ErrNotExist) {
		l.file, err = datafile.OpenNew(path)
	}
	if err != nil {
		return false, err
	}
	if taken, err = datafile.Lock(l.file, false); err != nil || !taken {
		return false, err
	}
	return true, datafile.WriteRunningServer(l.file, l.who)
}

// release frees the folder. The databases must be closed.
func (l *dataLock) release() error {
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
func (l *dataLock) Keep(ctx context.Context) error {
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
			l.log.Error(
				"could not put the data folder's lock file back; commands will not find this server",
				"folder",
				l.path,
				"error",
				err,
			)
			return nil
		case restored:
			l.log.Warn(
				"the data folder's lock file was removed or replaced, and was put back. The folder stayed locked",
				"folder",
				l.path,
			)
		}
	}
}

// restore puts the lock file back where it is not the one that this process holds.
func (l *dataLock) restore() (restored bool, err error) {
	path := filepath.Join(l.path, datafile.LockName)
	if datafile.Same(l.file, path, os.Lstat) ||
		!datafile.Same(l.folder, l.path, os.Stat) { // a folder that was moved away is another's now
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
