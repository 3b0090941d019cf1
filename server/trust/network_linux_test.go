package trust_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestADataFolderOnANetworkFileSystemIsRefused mounts a file system that calls itself sshfs, and starts the server and
// commands with a data folder in it. All must be refused before they create anything, with a message that says what to
// do, and none if the operator allows it.
func TestADataFolderOnANetworkFileSystemIsRefused(t *testing.T) {
	t.Parallel()
	share := mountShare(t)
	folder := filepath.Join(share.path, "data")
	run := func(env string, args ...string) (code int, said string) {
		cmd := exec.Command(hookbeam, args...)
		cmd.Env = append(os.Environ(), env)
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	code, said := run("", "serve", "--listen", "127.0.0.1:0", "--data", folder)
	for _, want := range []string{
		"is on a network file system (fuse.sshfs, me@host:/srv)", "--allow-network-fs", "HOOKBEAM_ALLOW_NETWORK_FS",
		"--data",
	} {
		if code != 2 || !strings.Contains(said, want) {
			t.Errorf("exit code %d, without %q: %s", code, want, said)
		}
	}
	// The share cannot create anything, so a server that is allowed to use it fails later, by that.
	for _, allowed := range [][]string{
		{"", "serve", "--allow-network-fs"}, {"HOOKBEAM_ALLOW_NETWORK_FS=true", "serve"},
	} {
		args := append(allowed[1:], "--listen", "127.0.0.1:0", "--data", folder)
		if code, said := run(allowed[0], args...); code != 1 || !strings.Contains(said, "create the data folder") {
			t.Errorf("%v: exit code %d: %s", allowed, code, said)
		}
	}
}

// share is a mounted FUSE file system with an empty root folder, in which nothing can be created.
type share struct{ path string }

// mountShare mounts one as sshfs would, from me@host:/srv, and serves it until the test ends.
func mountShare(t *testing.T) share {
	t.Helper()
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("there is no FUSE here: %v", err)
	}
	dir := t.TempDir()
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=%d,group_id=%d", fd, os.Getuid(), os.Getgid())
	if err := unix.Mount("me@host:/srv", dir, "fuse.sshfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		_ = unix.Close(fd)
		t.Skipf("a file system cannot be mounted: %v", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		serveShare(fd)
	}()
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
		<-served
		_ = unix.Close(fd)
	})
	return share{dir}
}

// serveShare answers the requests of a FUSE connection until it is unmounted. It knows the few that finding a folder
// needs; the numbers are those of the kernel's fuse.h.
func serveShare(fd int) {
	const (
		lookup, getattr, statfs, initialize, forget, interrupt, batchForget = 1, 3, 17, 26, 2, 36, 42
		attrSize                                                            = 88
	)
	buffer := make([]byte, 1<<20)
	for {
		n, err := unix.Read(fd, buffer)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENOENT) { // an aborted request
			continue
		}
		if err != nil || n < 40 { // ENODEV: it was unmounted
			return
		}
		request := buffer[:n]
		var body []byte
		failure := int32(0)
		switch binary.NativeEndian.Uint32(request[4:]) {
		case initialize:
			body = make([]byte, 64)
			binary.NativeEndian.PutUint32(body[0:], 7)
			binary.NativeEndian.PutUint32(body[4:], 31)
			binary.NativeEndian.PutUint32(body[20:], 4096) // max_write
		case getattr:
			body = make([]byte, 16+attrSize)
			attr := body[16:]
			binary.NativeEndian.PutUint64(attr[0:], 1)                      // inode
			binary.NativeEndian.PutUint32(attr[60:], syscall.S_IFDIR|0o700) // mode
			binary.NativeEndian.PutUint32(attr[64:], 2)                     // links
			binary.NativeEndian.PutUint32(attr[68:], uint32(os.Getuid()))
		case statfs:
			body = make([]byte, 80)
			binary.NativeEndian.PutUint32(body[40:], 4096) // block size
		case forget, batchForget, interrupt:
			continue // these have no answer
		case lookup:
			failure = -int32(syscall.ENOENT)
		default:
			failure = -int32(syscall.EROFS)
		}
		answer := make([]byte, 16, 16+len(body))
		binary.NativeEndian.PutUint32(answer[0:], uint32(16+len(body)))
		binary.NativeEndian.PutUint32(answer[4:], uint32(failure))
		copy(answer[8:16], request[8:16])
		_, _ = unix.Write(fd, append(answer, body...)) // an error means that nobody waits for it
	}
}
