//go:build unix

package datafile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func listening(t *testing.T, folder string) *ControlListener {
	t.Helper()
	c, err := ListenControl(folder, func(err error) { t.Errorf("refused: %v", err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// exchanged dials the channel and passes a line through it.
func exchanged(t *testing.T, c *ControlListener, folder string) (token string) {
	t.Helper()
	accepted := make(chan net.Conn, 1)
	go func() {
		defer close(accepted)
		if conn, err := c.Accept(); err == nil {
			fmt.Fprintln(conn, "hello")
			accepted <- conn
		}
	}()
	conn, token, err := DialControl(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "hello\n" {
		t.Errorf("read %q, %v", line, err)
	}
	far := <-accepted
	if peer := far.(*ControlConn).Peer; token == "" && (!peer.Known || peer.UID != os.Geteuid()) {
		t.Errorf("the peer is %+v", peer)
	}
	_ = far.Close()
	return token
}

func TestTheControlSocketIsItsOwnersAlone(t *testing.T) {
	folder := t.TempDir()
	c := listening(t, folder)
	info, err := os.Lstat(filepath.Join(folder, SocketName))
	if err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket has mode %v (%v)", info.Mode(), err)
	}
	if token := exchanged(t, c, folder); token != "" {
		t.Error("a socket has a token")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Errorf("after it was closed there are %v (%v)", entries, err)
	}
	if _, _, err := DialControl(t.Context(), folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("then dialling gives %v", err)
	}
}

func TestAStaleSocketIsReplaced(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, SocketName)
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	if err := stale.Close(); err != nil {
		t.Fatal(err)
	}
	old := []byte(`{"address":"127.0.0.1:1","token":"old"}`)
	if err := os.WriteFile(filepath.Join(folder, PortName), old, 0o600); err != nil {
		t.Fatal(err)
	}
	c := listening(t, folder)
	exchanged(t, c, folder)
	if _, err := os.Lstat(filepath.Join(folder, PortName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the stale port file is there: %v", err)
	}
}

func TestWhatStandsInTheWayOfTheChannelIsRefused(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(elsewhere, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	symlink := func(path string) error { return os.Symlink(elsewhere, path) }
	danglingSymlink := func(path string) error { return os.Symlink(elsewhere+".not", path) }
	hardLink := func(path string) error { return os.Link(elsewhere, path) }
	emptyFile := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	emptyFolder := func(path string) error { return os.Mkdir(path, 0o700) }
	for name, c := range map[string]struct {
		name string
		make func(path string) error
		want string
	}{
		"a link for the socket":      {SocketName, symlink, "is a symbolic link"},
		"a loose link":               {SocketName, danglingSymlink, "is a symbolic link"},
		"a link for the port":        {PortName, symlink, "is a symbolic link"},
		"a second name":              {PortName, hardLink, "another hard link"},
		"a file for the socket":      {SocketName, emptyFile, "move it away"},
		"a folder for the socket":    {SocketName, emptyFolder, "is not a regular file"},
		"another's file":             {PortName, foreignFile, "belongs to the user with id 65533"},
		"another's file as a socket": {SocketName, foreignSocket, "belongs to the user with id 65533"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(name, "another's") && os.Geteuid() != 0 {
				t.Skip("NOT TESTED: a file of another user, because only root can create one")
			}
			folder := t.TempDir()
			path := filepath.Join(folder, c.name)
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ListenControl(folder, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("listening gave %v, want %q", err, c.want)
			}
			if _, _, err := DialControl(t.Context(), folder); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("dialling gave %v", err)
			}
			if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
				t.Errorf("it was replaced (%v)", err)
			}
		})
	}
	if text, err := os.ReadFile(elsewhere); err != nil || string(text) != "text" {
		t.Errorf("the target holds %q (%v)", text, err)
	}
}

const stranger = 65533

func foreignFile(path string) error {
	return errors.Join(
		os.WriteFile(path, []byte(`{"address":"127.0.0.1:1","token":"x"}`), 0o600),
		os.Chown(path, stranger, stranger),
	)
}

func foreignSocket(path string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return errors.Join(l.Close(), os.Chown(path, stranger, stranger))
}

func TestAPathThatIsTooLongForASocketGetsAPortWithAToken(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("long/", 25))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	c := listening(t, folder)
	path := filepath.Join(folder, PortName)
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the port file has mode %v (%v)", info.Mode(), err)
	}
	token := exchanged(t, c, folder)
	if len(token) != 2*tokenBytes || token != c.Token() {
		t.Errorf("the token is %q", token)
	}
	if ip := c.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
		t.Errorf("it listens on %v", ip)
	}
	if err := os.WriteFile(path, []byte(`{"address":"192.0.2.1:80","token":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := DialControl(t.Context(), folder); err == nil ||
		!strings.Contains(err.Error(), "does not contain a loopback address") {
		t.Errorf("an address elsewhere gave %v", err)
	}
}

// TestALongNameOfAFolderWithASocketIsShortened: a link may name the folder at greater length than the server did.
func TestALongNameOfAFolderWithASocketIsShortened(t *testing.T) {
	folder, long := t.TempDir(), filepath.Join(t.TempDir(), strings.Repeat("long/", 25))
	if err := errors.Join(os.MkdirAll(long, 0o700), os.Symlink(folder, filepath.Join(long, "data"))); err != nil {
		t.Fatal(err)
	}
	exchanged(t, listening(t, folder), filepath.Join(long, "data"))
}

func TestTheChannelIsPutBack(t *testing.T) {
	folder := t.TempDir()
	dir, err := os.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	path := filepath.Join(folder, SocketName)
	for name, change := range map[string]func() error{
		"removed":  func() error { return os.Remove(path) },
		"replaced": func() error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
		"a link":   func() error { return errors.Join(os.Remove(path), os.Symlink("/dev/null", path)) },
	} {
		t.Run(name, func(t *testing.T) {
			c := listening(t, folder)
			if restored, err := c.Restore(dir); restored || err != nil {
				t.Errorf("nothing was to be done: %v, %v", restored, err)
			}
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if restored, err := c.Restore(dir); !restored || err != nil {
				t.Fatalf("restored %v, %v", restored, err)
			}
			exchanged(t, c, folder)
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if restored, err := c.Restore(dir); restored || err != nil {
				t.Errorf("after it was closed: %v, %v", restored, err)
			}
		})
	}
}

func TestAnothersSocketIsNotRemoved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	c := listening(t, folder)
	dir, err := os.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := errors.Join(os.Rename(folder, folder+".away"), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	other := listening(t, folder)
	if restored, err := c.Restore(dir); restored || err != nil {
		t.Errorf("restored %v, %v", restored, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	exchanged(t, other, folder)
}

// TestAcceptEndsWhenTheChannelIsClosed also while it waits.
func TestAcceptEndsWhenTheChannelIsClosed(t *testing.T) {
	c := listening(t, t.TempDir())
	ended := make(chan error, 1)
	go func() { _, err := c.Accept(); ended <- err }()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("it ended with %v", err)
	}
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closing it again gave %v", err)
	}
}

// ended reads until the other end closes, and fails if anything comes.
func ended(t *testing.T, conn io.Reader) {
	t.Helper()
	if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
}
