//go:build unix

package server

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
)

func held(t *testing.T, folder string) *dataLock {
	t.Helper()
	l, err := lockDataFolder(folder, datafile.RunningServer{URL: "http://here.test"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.release() })
	return l
}

// TestALockStaysWhateverBecomesOfItsFile: a clean-up job may remove it, and somebody may put another one in its place.
func TestALockStaysWhateverBecomesOfItsFile(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"removed": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, []byte("{}"), 0o600))
		},
		"a link": func(path string) error { return errors.Join(os.Remove(path), os.Symlink("/dev/null", path)) },
		"moved":  func(path string) error { return os.Rename(path, path+".away") },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			l := held(t, folder)
			path := filepath.Join(folder, datafile.LockName)
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			if _, err := lockDataFolder(folder, datafile.RunningServer{URL: "http://there.test"}, l.log); err == nil {
				t.Fatal("a second server has the folder")
			}
			if _, running, _ := datafile.FindRunningServer(folder); !running && name != "a link" {
				t.Error("a command does not find the server")
			}
			if restored, err := l.restore(); err != nil || !restored {
				t.Errorf("restored %v, %v", restored, err)
			}
			if at, running, err := datafile.FindRunningServer(folder); !running || err != nil ||
				at.URL != "http://here.test" {
				t.Errorf("then a command finds %+v, %v, %v", at, running, err)
			}
			if again, err := l.restore(); err != nil || again {
				t.Errorf("restored again: %v, %v", again, err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 {
				t.Errorf("the lock file: %v %v", info.Mode(), err)
			}
		})
	}
}

func TestALockIsNeverWrittenThroughALink(t *testing.T) {
	folder, target := t.TempDir(), filepath.Join(t.TempDir(), "target")
	link := filepath.Join(folder, datafile.LockName)
	if err := errors.Join(os.WriteFile(target, []byte("text"), 0o644), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	who, log := datafile.RunningServer{URL: "http://here.test"}, slog.New(slog.DiscardHandler)
	if _, err := lockDataFolder(folder, who, log); err == nil {
		t.Error("a lock that is a link was taken")
	}
	if text, err := os.ReadFile(target); err != nil || string(text) != "text" {
		t.Errorf("its target holds %q (%v)", text, err)
	}
	if _, running, err := datafile.FindRunningServer(folder); running || err == nil {
		t.Errorf("a command: %v %v", running, err)
	}
}

func TestAFolderThatMovedAwayIsLeftAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	l := held(t, folder)
	if err := errors.Join(os.Rename(folder, folder+".away"), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	if restored, err := l.restore(); err != nil || restored {
		t.Errorf("restored %v, %v", restored, err)
	}
	if _, err := os.Lstat(filepath.Join(folder, datafile.LockName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another's folder has its lock: %v", err)
	}
}

// TestADatabaseIsHeldWhereverItIsMoved holds where the system has a lock for it.
func TestADatabaseIsHeldWhereverItIsMoved(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	held(t, folder)
	if err := os.Rename(filepath.Join(folder, sqlite.FileName), filepath.Join(other, sqlite.FileName)); err != nil {
		t.Fatal(err)
	}
	l, err := lockDataFolder(other, datafile.RunningServer{URL: "http://there.test"}, slog.New(slog.DiscardHandler))
	if err == nil {
		_ = l.release()
		if runtime.GOOS == "linux" {
			t.Error("two servers have one database")
		}
	}
}
