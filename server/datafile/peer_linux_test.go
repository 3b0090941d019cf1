package datafile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAnotherUserIsRefusedWhateverTheModes connects as another user to a socket that everybody can open.
func TestAnotherUserIsRefusedWhateverTheModes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT TESTED: requests of another user, because only root can act as one")
	}
	folder := t.TempDir()
	refused := make(chan error, 1)
	c, err := ListenControl(folder, func(err error) { refused <- err })
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if conn, err := c.Accept(); err == nil {
			_ = conn.Close()
			refused <- errors.New("it was let in")
		}
	}()
	path := filepath.Join(folder, SocketName)
	for name, mode := range map[string]os.FileMode{filepath.Dir(folder): 0o755, folder: 0o777, path: 0o777} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	far, err := dialAs(stranger, path)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	ended(t, far)
	if err := <-refused; !strings.Contains(err.Error(), "65533 may not use") {
		t.Errorf("it was refused with %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// dialAs connects to a socket as another user. That user is given to one thread alone, which ends with its goroutine.
func dialAs(uid int, path string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // and never unlocked
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			done <- result{nil, err}
			return
		}
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
			done <- result{nil, errno}
			return
		}
		done <- result{os.NewFile(uintptr(fd), path), unix.Connect(fd, &unix.SockaddrUnix{Name: path})}
	}()
	r := <-done
	return r.file, r.err
}
