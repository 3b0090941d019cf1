package datafile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// LockName is the file in the data folder that a running server holds. It says who the server is.
const LockName = "hookbeam.lock"

// DatabaseName is the file in the data folder that holds the log.
const DatabaseName = "hookbeam.db"

// RunningServer is the process that holds a data folder, as it writes itself into the lock file for others to
// read. It is a server, or for a moment a command that works on the folder while no server does.
type RunningServer struct {
	PID      int    `json:"pid"`
	URL      string `json:"url"`
	Version  string `json:"version,omitempty"`  // "" for a release without a control channel
	Protocol int    `json:"protocol,omitempty"` // of its control channel; 0: it has none
	Command  string `json:"command,omitempty"`  // what works on the folder: "login"; "" for a server
}

// ReadRunningServer returns what the lock file in a folder says. If it cannot be read, the result is zero.
func ReadRunningServer(folder string) (r RunningServer) {
	f, err := Open(filepath.Join(folder, LockName), os.O_RDONLY)
	if err != nil {
		return r
	}
	defer func() { _ = f.Close() }()
	text, _ := io.ReadAll(io.LimitReader(f, 4096))
	_ = json.Unmarshal(text, &r)
	return r
}

// WriteRunningServer replaces the content of f, an open lock file.
func WriteRunningServer(f *os.File, r RunningServer) error {
	text, err := json.Marshal(r)
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

// FindRunningServer finds the server that holds a data folder. running is false if none does. For a moment it
// takes the folder's lock itself, so whoever takes the lock must try more than once.
func FindRunningServer(folder string) (r RunningServer, running bool, err error) {
	dir, err := os.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { _ = dir.Close() }()
	free, err := LockFolder(dir, true)
	if err == nil && free { // early releases lock only the file
		free, err = fileIsFree(filepath.Join(folder, LockName))
	}
	if err != nil || free {
		return r, false, err
	}
	return ReadRunningServer(folder), true, nil
}

func fileIsFree(path string) (bool, error) {
	f, err := Open(path, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { _ = f.Close() }()
	return Lock(f, true)
}

// HasDatabase reports whether a folder holds a database.
func HasDatabase(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, DatabaseName))
	return err == nil && info.Size() > 0
}
