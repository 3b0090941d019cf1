package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
)

// dataLock is the lock of a data folder that this process holds. It consists of three locks:
//
//   - of the folder itself, and on Linux of the database, so that removing a file does not release the lock;
//   - of the lock file, which describes the process that holds the folder. Older releases lock only this file.
//
// Run and the methods of Offline each have one while they use a folder.
type dataLock struct {
	path     string
	who      datafile.RunningServer // what the lock file says
	log      *slog.Logger
	folder   *os.File
	file     *os.File
	database func() error // unlocks the database; nil if it is not locked
}

// lockDataFolder creates the data folder, restricts the permissions of its files to their owner, and locks it for this
// process, which who describes. A folder has at most one server, because two would write to the same log. The caller
// must close the databases before it releases the lock. A folder on a network file system is refused, before anything
// is created in it, unless who.NetworkFS allows it or did so when the folder was locked the last time.
func lockDataFolder(path string, who datafile.RunningServer, log *slog.Logger) (*dataLock, error) {
	return lockDataFolderWithin(lockWait{ctx: context.Background()}, path, who, log)
}

// lockDataFolderWithin is lockDataFolder that waits, for a server that replaces another one.
func lockDataFolderWithin(
	wait lockWait, path string, who datafile.RunningServer, log *slog.Logger,
) (l *dataLock, err error) {
	if who.NetworkFS, err = checkFileSystem(path, who.NetworkFS, log); err != nil {
		return nil, err
	}
	if err := datafile.Folder(path); err != nil {
		return nil, err
	}
	names := append(sqlite.Files(sqlite.FileName), sqlite.ProjectionFiles()...)
	names = append(append(names, status.RebuildRequestFile, datafile.LockName), datafile.SealKeys(path)...)
	if err := datafile.Mend(path, names...); err != nil {
		return nil, err
	}
	who.PID = os.Getpid()
	err = wait.until(func() (again bool, err error) {
		l = &dataLock{path: path, who: who, log: log}
		if err = l.acquire(); err != nil {
			err = errors.Join(err, l.release())
			l = nil
		}
		var used *inUseError
		return errors.As(err, &used), err
	})
	return l, err
}

// inUseError is the error of a folder that another process holds, and may leave.
type inUseError struct{ text string }

func (e *inUseError) Error() string { return e.text }

// inUse returns an *inUseError.
func inUse(format string, args ...any) error { return &inUseError{fmt.Sprintf(format, args...)} }

// checkFileSystem returns a *client.UsageError if the data folder is on a network file system and the operator has
// allowed that neither now nor for the last process that used the folder. network reports whether it is on one. Most
// commands have no flag for it, so the variable counts for all.
func checkFileSystem(path string, allowed bool, log *slog.Logger) (network bool, err error) {
	variable, _ := strconv.ParseBool(os.Getenv("HOOKBEAM_ALLOW_NETWORK_FS")) // what is no bool allows nothing
	allowed = allowed || variable || datafile.ReadRunningServer(path).NetworkFS
	network, err = datafile.CheckFileSystem(path, allowed)
	if err != nil {
		return network, &client.UsageError{Err: err}
	}
	if network {
		log.Warn("the data folder is on a network file system, where SQLite can lose or damage data", "folder", path)
	}
	return network, nil
}

// acquire takes all locks, or fails with an error that says who holds the folder. The caller releases what was locked
// before a failure.
func (l *dataLock) acquire() (err error) {
	if l.folder, err = os.Open(l.path); err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	locked, err := lockFolder(l.folder)
	if err == nil && locked {
		locked, err = l.lockFile()
	}
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	if !locked {
		other := datafile.ReadRunningServer(l.path)
		if other.Command != "" {
			return inUse("the data folder %s is in use by hookbeam %s (process %d). "+
				"Try again when it has finished", l.path, other.Command, other.PID)
		}
		return inUse("the data folder %s is in use by a running server (process %d, %s). "+
			"Stop that server first, or choose another folder with --data", l.path, other.PID, other.URL)
	}
	database := filepath.Join(l.path, sqlite.FileName)
	if err := datafile.Create(database); err != nil {
		return err
	}
	if l.database, locked, err = datafile.LockDatabase(database); err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	if !locked {
		return inUse("the database %s is in use by a running server, which opened it in another folder. "+
			"Stop that server first", database) // the file was moved while it was open
	}
	return nil
}

// How often, and at which interval, locking the folder is tried. A command that checks whether a server is running
// holds the lock for a moment.
const (
	lockTries = 5
	lockPause = 20 * time.Millisecond
)

// lockFolder locks the folder. locked is false if another process holds it.
func lockFolder(folder *os.File) (locked bool, err error) {
	for range lockTries {
		if locked, err = datafile.LockFolder(folder, false); locked || err != nil {
			return locked, err
		}
		<-time.After(lockPause)
	}
	return false, nil
}

// lockFile opens or creates the lock file, locks it, and writes into it who holds the folder. locked is false if
// another process holds it.
func (l *dataLock) lockFile() (locked bool, err error) {
	path := filepath.Join(l.path, datafile.LockName)
	if l.file, err = datafile.Open(path, os.O_RDWR); errors.Is(err, fs.ErrNotExist) {
		l.file, err = datafile.OpenNew(path)
	}
	if err != nil {
		return false, err
	}
	if locked, err = datafile.Lock(l.file, false); err != nil || !locked {
		return false, err
	}
	return true, datafile.WriteRunningServer(l.file, l.who)
}

// release unlocks the folder. The databases must be closed.
func (l *dataLock) release() error {
	var errs []error
	if l.database != nil {
		errs = append(errs, l.database())
	}
	for _, f := range []*os.File{l.file, l.folder} { // closing a file releases its lock
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// lockEvery is the interval at which the lock file and the control channel are checked.
const lockEvery = time.Second

// Watch restores the lock file if it is removed or replaced, until ctx ends. Without the file commands cannot find the
// server; the folder stays locked all the time.
func (l *dataLock) Watch(ctx context.Context) error {
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
			l.log.Error("could not restore the lock file of the data folder; commands cannot find this server",
				"folder", l.path, "error", err)
			return nil
		case restored:
			l.log.Warn("lock file of the data folder was removed or replaced; restored it (the folder stayed locked)",
				"folder", l.path)
		}
	}
}

// restore replaces the lock file if it is not the one that this process has locked. restored reports whether it did. A
// folder that was moved away is left alone: at its old path another server may have a folder now.
func (l *dataLock) restore() (restored bool, err error) {
	path := filepath.Join(l.path, datafile.LockName)
	if datafile.Same(l.file, path, os.Lstat) || !datafile.Same(l.folder, l.path, os.Stat) {
		return false, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	before := l.file
	locked, err := l.lockFile()
	if err == nil && !locked {
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
