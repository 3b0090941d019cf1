package https

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/caddyserver/certmagic"

	"hookbeam/server/datafile"
)

// Folder is the name of the folder of certificates and their keys in the data folder.
const Folder = "certificates"

// storage is the certmagic.Storage: files, as certmagic writes them, with locks in memory. One server owns the data
// folder, so a lock file would protect against nobody, and one that is left over from a crash would delay the start.
type storage struct {
	certmagic.FileStorage

	mu    sync.Mutex
	locks map[string]chan struct{} // closed when the lock is released
	held  sync.WaitGroup           // locks that are held: work that writes files is under way
}

// openStorage creates the folder and sets the modes of everything in it. It refuses links, through which a key would
// be read or written elsewhere.
func openStorage(folder string) (*storage, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.Chmod(path, 0o700)
		}
		return datafile.Mend(filepath.Dir(path), filepath.Base(path))
	})
	return &storage{FileStorage: certmagic.FileStorage{Path: folder}, locks: map[string]chan struct{}{}}, err
}

// Lock waits until nobody else holds the lock, or until ctx ends.
func (s *storage) Lock(ctx context.Context, name string) error {
	for {
		released, taken := s.take(name)
		if taken {
			return nil
		}
		select {
		case <-released:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// TryLock takes the lock if nobody holds it.
func (s *storage) TryLock(_ context.Context, name string) (bool, error) {
	_, taken := s.take(name)
	return taken, nil
}

// take takes a lock, or returns a channel that is closed when it is released.
func (s *storage) take(name string) (released <-chan struct{}, taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held, ok := s.locks[name]; ok {
		return held, false
	}
	s.locks[name] = make(chan struct{})
	s.held.Add(1)
	return nil, true
}

// Unlock releases a lock.
func (s *storage) Unlock(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, ok := s.locks[name]
	if !ok {
		return errors.New("the lock is not held")
	}
	delete(s.locks, name)
	close(held)
	s.held.Done()
	return nil
}
