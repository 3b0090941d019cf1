//go:build unix

package datafile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func write(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte("text"), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

func TestTheFolderAndItsFilesAreTheirOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "data")
	if err := Folder(dir); err != nil || mode(t, dir) != 0o700 {
		t.Fatalf("made with mode %o (%v)", mode(t, dir), err)
	}
	for _, was := range []fs.FileMode{0o755, 0o777, 0o750, 0o500, 0o701} {
		if err := errors.Join(os.Chmod(dir, was), Folder(dir)); err != nil || mode(t, dir) != 0o700 {
			t.Errorf("%o became %o (%v)", was, mode(t, dir), err)
		}
	}
	for _, was := range []fs.FileMode{0o644, 0o666, 0o640, 0o400, 0o777} {
		path := filepath.Join(dir, "hookbeam.db")
		write(t, path, was)
		if err := Mend(dir, "hookbeam.db", "hookbeam.db-wal"); err != nil || mode(t, path) != 0o600 {
			t.Errorf("%o became %o (%v)", was, mode(t, path), err)
		}
	}
	path := filepath.Join(dir, "hookbeam.lock")
	for range 2 { // when it is there, too
		if err := Create(path); err != nil || mode(t, path) != 0o600 {
			t.Errorf("created with %o (%v)", mode(t, path), err)
		}
	}
}

func TestAFolderThatIsALinkIsFine(t *testing.T) {
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.Chmod(real, 0o755), os.Symlink(real, link), Folder(link)); err != nil ||
		mode(t, real) != 0o700 {
		t.Errorf("%o %v", mode(t, real), err)
	}
}

func TestWhatIsNoFileOfItsOwnIsNeverFollowedOrOverwritten(t *testing.T) {
	for name, put := range map[string]func(path, target string) error{
		"a link":            func(path, target string) error { return os.Symlink(target, path) },
		"a link to nothing": func(path, target string) error { return os.Symlink(target+".none", path) },
		"another name":      func(path, target string) error { return os.Link(target, path) },
		"a folder":          func(path, _ string) error { return os.Mkdir(path, 0o700) },
		"a file of a stranger": func(path, _ string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 65534, 65534))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, target := t.TempDir(), filepath.Join(t.TempDir(), "target")
			path := filepath.Join(dir, "hookbeam.lock")
			write(t, target, 0o644)
			if err := put(path, target); err != nil {
				if name == "a file of a stranger" && errors.Is(err, fs.ErrPermission) {
					t.Skip("NOT TESTED: only root can give files away")
				}
				t.Fatal(err)
			}
			if err := Mend(dir, "hookbeam.lock"); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("mended: %v", err)
			}
			if err := Create(path); err == nil {
				t.Error("created")
			}
			if f, err := Open(path, os.O_RDWR|os.O_TRUNC); err == nil && name != "a file of a stranger" {
				f.Close()
				t.Error("opened")
			}
			if text, err := os.ReadFile(target); err != nil || string(text) != "text" || mode(t, target) != 0o644 {
				t.Errorf("the target is %q, mode %o (%v)", text, mode(t, target), err)
			}
			if _, err := os.Stat(target + ".none"); err == nil {
				t.Error("a file was made through the link")
			}
		})
	}
}

func TestAFolderThatOthersWorkInIsNotTakenFromThem(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "letters.txt"), 0o644)
	if err := errors.Join(os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := Folder(dir); err == nil || !strings.Contains(err.Error(), "chmod 700") || mode(t, dir) != 0o755 {
		t.Errorf("mode %o, %v", mode(t, dir), err)
	}
	write(t, filepath.Join(dir, "hookbeam.db"), 0o644) // ours from before
	if err := Folder(dir); err != nil || mode(t, dir) != 0o700 {
		t.Errorf("mode %o, %v", mode(t, dir), err)
	}
	if err := os.Chmod(dir, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if err := Folder(dir); err == nil || mode(t, dir) != 0o777 {
		t.Errorf("one that everybody shares: mode %o, %v", mode(t, dir), err)
	}
}

func TestALockIsForOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	lock := func(shared bool) (bool, func()) {
		f, err := Open(path, os.O_RDWR)
		if err != nil {
			t.Fatal(err)
		}
		taken, err := Lock(f, shared)
		if err != nil {
			t.Fatal(err)
		}
		return taken, func() { f.Close() }
	}
	first, free := lock(false)
	second, freeSecond := lock(true)
	if freeSecond(); !first || second {
		t.Errorf("the first %v, another beside it %v", first, second)
	}
	free()
	one, freeOne := lock(true)
	two, freeTwo := lock(true)
	alone, freeAlone := lock(false)
	if !one || !two || alone {
		t.Errorf("shared %v %v, alone %v", one, two, alone)
	}
	freeOne()
	freeTwo()
	freeAlone()
}
