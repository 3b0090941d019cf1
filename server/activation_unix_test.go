//go:build unix

package server

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The passing of sockets itself is tested with a process of its own: server/trust, TestAnUpgradeRefusesNoRequest. Here
// the descriptors from 3 on are the test's own.

func TestSocketsForAnotherProcessAreLeftAlone(t *testing.T) {
	for _, pid := range []string{"", "1", strconv.Itoa(os.Getppid()), "x"} {
		t.Setenv("LISTEN_PID", pid)
		t.Setenv("LISTEN_FDS", "1")
		if all, err := inheritListeners(); len(all) > 0 || err != nil {
			t.Errorf("LISTEN_PID=%q: %v, %v", pid, all, err)
		}
		if _, still := os.LookupEnv("LISTEN_FDS"); still {
			t.Error("LISTEN_FDS is still set: another process would take the sockets for its own")
		}
	}
}

func TestANumberOfSocketsThatIsNoneIsSaid(t *testing.T) {
	for _, n := range []string{"", "x", "-1", "1000"} {
		t.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid()))
		t.Setenv("LISTEN_FDS", n)
		if _, err := inheritListeners(); err == nil || !strings.Contains(err.Error(), "LISTEN_FDS") {
			t.Errorf("LISTEN_FDS=%q: %v", n, err)
		}
	}
}

func TestOnlyListeningTCPSocketsAreTaken(t *testing.T) {
	fd := func(file func() (*os.File, error)) int {
		t.Helper()
		f, err := file()
		if err != nil {
			t.Fatal(err)
		}
		return int(f.Fd()) // listenerOf closes it
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	conn, err := net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	unix, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	if l, err := listenerOf(fd(tcp.(*net.TCPListener).File)); err != nil || l.Addr().String() != tcp.Addr().String() {
		t.Errorf("a listener: %v, %v", l, err)
	} else {
		l.Close()
	}
	for name, c := range map[string]struct {
		fd   int
		want string
	}{
		"a connection":  {fd(conn.(*net.TCPConn).File), "Accept=no"},
		"a Unix socket": {fd(unix.(*net.UnixListener).File), "not a TCP address"},
		"a file":        {fd(func() (*os.File, error) { return os.Open(os.DevNull) }), "not a socket"},
	} {
		if _, err := listenerOf(c.fd); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASocketForPlainHTTPIsNotTheMainOne(t *testing.T) {
	at := func(port int) net.Listener { return &pipes{closed: make(chan struct{}), port: port} }
	for name, c := range map[string]struct {
		sockets []inherited
		want    string
	}{
		"one":                 {[]inherited{{at(1), "hookbeam"}}, ":1"},
		"one, with that name": {[]inherited{{at(1), socketHTTP}}, ":1"},
		"two":                 {[]inherited{{at(1), socketHTTP}, {at(2), "hookbeam"}}, ":2"},
	} {
		s := &server{inherited: c.sockets}
		left := len(c.sockets) - 1
		l, err := s.listenMain(t.Context())
		if err != nil || !strings.HasSuffix(l.Addr().String(), c.want) || len(s.inherited) != left {
			t.Errorf("%s: %v, %v, %d left", name, l, err, len(s.inherited))
		}
		if !strings.HasSuffix(s.config.Listen, c.want) {
			t.Errorf("%s: --listen is %s", name, s.config.Listen)
		}
	}
}

func TestTheServiceManagerIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = heard.Close() }()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "30000000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	m := findManager()
	if m.watchdog != 30*time.Second || os.Getenv("NOTIFY_SOCKET") != "" {
		t.Errorf("got %+v", m)
	}
	m.notify(managerReady)
	said := make([]byte, 100)
	n, err := heard.Read(said)
	if err != nil || string(said[:n]) != managerReady {
		t.Errorf("it was told %q (%v)", said[:n], err)
	}
	manager{}.notify(managerReady)
	manager{socket: path + "-none"}.notify(managerReady)
	t.Setenv("WATCHDOG_USEC", "30000000")
	t.Setenv("WATCHDOG_PID", "1")
	if m := findManager(); m != (manager{}) {
		t.Errorf("what is meant for another process: %+v", m)
	}
}

// A probe that fails is a sign of life, and one that hangs is not.
func TestOnlyAHangingServerGivesNoSignOfLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	heard, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = heard.Close() }()
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		ctx, cancel := context.WithCancel(t.Context())
		err := manager{socket: path, watchdog: time.Minute}.watch(ctx, func(ctx context.Context) error {
			if probes++; probes == 3 {
				cancel()
				<-ctx.Done() // it hangs until the end
			}
			return errors.New("the disk is full")
		})
		if err != nil || probes != 3 {
			t.Errorf("%d probes, %v", probes, err)
		}
	})
	_ = heard.SetReadDeadline(time.Now().Add(time.Second))
	said := make([]byte, 100)
	for range 2 {
		if n, err := heard.Read(said); err != nil || string(said[:n]) != managerAlive {
			t.Errorf("it was told %q (%v)", said[:n], err)
		}
	}
}

func TestWaitingEndsWithTheContextTheTimeOrAnotherError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, other := errors.New("taken"), errors.New("other")
		told := 0
		wait := lockWait{ctx: t.Context(), most: time.Minute, waiting: func(error) { told++ }}
		began := time.Now()
		if err := wait.until(func() (bool, error) { return true, taken }); !errors.Is(err, taken) || told != 1 {
			t.Errorf("%v, told %d times", err, told)
		}
		if took := time.Since(began); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("it waited for %v", took)
		}
		if err := wait.until(func() (bool, error) { return false, other }); !errors.Is(err, other) || told != 1 {
			t.Errorf("%v, told %d times", err, told)
		}
		tries := 0
		err := wait.until(func() (bool, error) {
			if tries++; tries < 5 {
				return true, taken
			}
			return false, nil
		})
		if err != nil || tries != 5 || told != 2 {
			t.Errorf("%v after %d tries, told %d times", err, tries, told)
		}
		ended, cancel := context.WithCancel(t.Context())
		wait.ctx = ended
		wait.waiting = func(error) { cancel() }
		if err := wait.until(func() (bool, error) { return true, taken }); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// TestTheSocketForPlainHTTPIsUsedBesideTLS gives a server with TLS a second socket of the service manager.
func TestTheSocketForPlainHTTPIsUsedBesideTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, own := range []bool{true, false} {
		s := &server{inherited: []inherited{{Listener: l, name: socketHTTP}}}
		if own {
			s.config.TLSCert = "cert.pem"
		}
		if err := s.listenPlain(t.Context()); err != nil || (s.plain == l) != own || (len(s.inherited) == 0) != own {
			t.Errorf("with TLS %v: %v, %d sockets are left, %v", own, s.plain, len(s.inherited), err)
		}
	}
}
