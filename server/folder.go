package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hookbeam/server/sqlite"
)

// lockName is the file in the data folder that a running server holds. It says where the server is.
const lockName = "hookbeam.lock"

// tenant is what a running server writes into its lock.
type tenant struct {
	PID int    `json:"pid"`
	URL string `json:"url"`
}

// occupy takes the data folder for this process. One folder belongs to one server: two would write the same log.
func occupy(folder, url string) (release func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	taken, err := lock(f)
	if err == nil && !taken {
		other := read(f)
		err = fmt.Errorf("the data folder %s belongs to a running server (process %d, %s). Stop it first, or choose another folder with --data",
			folder, other.PID, other.URL)
	}
	if err == nil {
		err = write(f, tenant{PID: os.Getpid(), URL: url})
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // the lock goes with it; nothing was buffered
}

func read(f *os.File) (t tenant) {
	text, _ := io.ReadAll(io.LimitReader(f, 4096)) // what cannot be read is shown as nothing
	_ = json.Unmarshal(text, &t)
	return t
}

func write(f *os.File, t tenant) error {
	text, err := json.Marshal(t)
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

// occupant finds the server that runs on folder. ok is false where none does.
func occupant(folder string) (t tenant, ok bool, err error) {
	f, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { _ = f.Close() }()
	taken, err := lock(f)
	if err != nil || taken {
		return t, false, err
	}
	return read(f), true, nil
}

// hasLog reports whether folder holds a database.
func hasLog(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, sqlite.FileName))
	return err == nil
}
