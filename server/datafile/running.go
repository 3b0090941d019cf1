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

// LockName is the lock file in the data folder. A running server holds a lock on it, and its content, a RunningServer
// as JSON, says which server that is. The file stays when the server ends; only the lock counts.
const LockName = "hookbeam.lock"

// DatabaseName is the database file in the data folder that contains the log.
const DatabaseName = "hookbeam.db"

// RunningServer describes the process that holds the lock of a data folder. That process writes it into the lock file
// for other commands to read. It is a server, or for a short time a command that works on the folder while no server
// runs.
type RunningServer struct {
	PID      int    `json:"pid"`
	URL      string `json:"url"`
	Listen   string `json:"listen,omitempty"`   // the address that a server listens on, with its port
	Version  string `json:"version,omitempty"`  // the release; "" for one without a control channel
	Protocol int    `json:"protocol,omitempty"` // version of the control channel's protocol; 0: there is no channel
	Command  string `json:"command,omitempty"`  // name of the command, such as "login"; "" for a server
	// NetworkFS says that the folder is on a network file system and that the operator allowed it. Commands then work
	// on it without being told again.
	NetworkFS bool `json:"network_fs,omitempty"`
}

// ReadRunningServer returns the content of the lock file in a folder. It returns the zero value if the file cannot be
// read, since the content is only for messages and for finding the server.
func ReadRunningServer(folder string) (r RunningServer) {
	f, err := Open(filepath.Join(folder, LockName), os.O_RDONLY)
	if err != nil {
		return r
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, _ := io.ReadAll(io.LimitReader(f, 4096))
	_ = json.Unmarshal(text, &r)
	return r
}

// WriteRunningServer replaces the content of f, the open lock file that this process holds.
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

// FindRunningServer reports whether a process holds a data folder, and which one. To find out, it takes the folder's
// lock for a moment itself, so a process that wants the lock must retry when it fails.
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

// fileIsFree reports whether no process holds the lock file at path. It takes the lock and releases it again.
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

// HasDatabase reports whether a folder contains a database that is not empty.
func HasDatabase(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, DatabaseName))
	return err == nil && info.Size() > 0
}
