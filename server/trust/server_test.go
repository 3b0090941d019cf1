package trust_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// scale multiplies the load of the tests.
var scale = flag.Float64("scale", 1, "how many times the usual amount of everything")

// scaled returns n multiplied by the flag -scale, at least 1.
func scaled(n int) int { return max(1, int(float64(n)**scale)) }

// readersTimeout is the time limit for the readers of one test. It grows with -scale, as the amount to read does.
func readersTimeout() time.Duration { return time.Duration(5 * max(1, *scale) * float64(waitTimeout)) }

const (
	adminToken  = "trust-trust-trust-trust"
	waitTimeout = 60 * time.Second // for any one condition; generous, because a slow machine breaks no promise
)

// hookbeam is the path of the binary under test, built by TestMain. It is not changed afterwards.
var hookbeam string

// TestMain builds the binary once for all tests of the package.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "trust-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		hookbeam = filepath.Join(dir, "hookbeam")
		if err := build(hookbeam, withRace); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// build builds the binary into the file to, with the race detector or without.
func build(to string, race bool) error {
	args := []string{"build", fmt.Sprintf("-race=%t", race), "-o", to, "hookbeam"}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("build hookbeam: %w\n%s", err, out)
	}
	return nil
}

// server is a Hookbeam process with its own data folder. It can be stopped, killed and started again. Address, folder
// and arguments stay the same, so a test sees what a restart finds. One goroutine starts and stops it; any goroutine
// may send requests to it. At the end of the test it is killed, and its log must contain no panic and no data race.
type server struct {
	t    *testing.T
	addr string   // host and port, chosen before the first start
	data string   // the data folder, removed with the test
	args []string // of "serve", after those that every server has
	env  []string // in addition to the environment that every server has
	wrap []string // a command that runs the binary, such as strace; empty: none

	socket  *os.File      // a listening socket that the process gets as a service manager passes it; nil: none
	program string        // the binary; empty: hookbeam
	cmd     *exec.Cmd     // the process of the last start; nil before the first
	log     *log          // output of all its processes
	done    chan struct{} // closed when the process of the last start has exited
}

// serve starts a server without rate limits, with additional arguments if given, and waits until it is ready.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.start()
	return s
}

// serveMeasured is serve for tests that measure memory: the server collects garbage often, so that resident shows the
// memory in use and not garbage that waits for collection.
func serveMeasured(t *testing.T, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.env = frequentGC()
	s.start()
	return s
}

// frequentGC is the environment for a server whose memory is measured.
func frequentGC() []string { return []string{"GOGC=20", "GOMEMLIMIT=256MiB"} }

// newServer prepares a server without starting it.
func newServer(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, addr: freeAddress(t), data: t.TempDir(), log: &log{}}
	// Rate limits are off unless a test sets them: flags given later win.
	s.args = append([]string{"--rate-endpoint=0", "--rate-address=0"}, args...)
	t.Cleanup(func() {
		s.kill()
		if bad := s.log.crashReport(); bad != "" {
			t.Errorf("the server's log has %q", bad)
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", s.log.tail(8<<10))
		}
	})
	return s
}

// freeAddress returns a loopback address for a server that is stopped and started again. Nothing reserves its port
// meanwhile, so it is below those that the usual systems give to outgoing connections: of these, other tests open
// thousands, and a program that connects while no server is there may even connect to itself.
func freeAddress(t *testing.T) string {
	t.Helper()
	const lowest, ephemeral = 10_240, 32_768
	var err error
	for range 100 {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowest+rand.IntN(ephemeral-lowest)))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatalf("no port is free: %v", err)
	return ""
}

// start starts the process and waits until it is ready.
func (s *server) start() {
	s.t.Helper()
	s.launch()
	s.awaitReady()
}

// awaitReady waits until /readyz returns 200. It fails the test if the process exits first.
func (s *server) awaitReady() {
	s.t.Helper()
	for limit := time.Now().Add(waitTimeout); ; {
		if answer, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.done:
			s.t.Fatalf("the server ended instead of starting: %s\n%s", s.cmd.ProcessState, s.log.tail(4<<10))
		// Readiness is polled, because the start may still check or migrate the database.
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(limit) {
			s.t.Fatal("the server is not ready")
		}
	}
}

// launch starts the process and returns at once, for tests in which the start must fail. A data race ends the process
// (GORACE=halt_on_error), and the report is in the log.
func (s *server) launch() {
	s.t.Helper()
	line := append(append([]string{}, s.wrap...), cmp.Or(s.program, hookbeam), "serve", "--listen", s.addr, "--data",
		s.data, "--log-level", "info")
	line = append(line, s.args...)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if s.socket != nil {
		s.cmd.ExtraFiles = []*os.File{s.socket}
	}
	s.cmd.Env = append(append(os.Environ(), "HOOKBEAM_ADMIN_TOKEN="+adminToken, "GORACE=halt_on_error=1"), s.env...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, done := s.cmd, make(chan struct{})
	s.done = done
	go func() {
		_ = cmd.Wait() // the result is in ProcessState
		close(done)
	}()
}

// kill sends SIGKILL and waits for the exit. It can be called repeatedly, and before the first start.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
}

// terminate sends SIGTERM and does not wait.
func (s *server) terminate() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
}

// awaitExit waits for the process to exit and returns its exit code.
func (s *server) awaitExit() int {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(waitTimeout):
		s.t.Fatal("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// stop stops the server gracefully and fails the test unless it exits with code 0.
func (s *server) stop() {
	s.t.Helper()
	s.terminate()
	if code := s.awaitExit(); code != 0 {
		s.t.Fatalf("exit code %d after a polite stop\n%s", code, s.log.tail(4<<10))
	}
}

// resident is the resident memory of the process in bytes, from /proc or, without it, from ps.
func (s *server) resident() int {
	s.t.Helper()
	pid := s.cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if _, rest, found := strings.Cut(string(text), "VmRSS:"); err == nil && found {
		text = []byte(strings.Fields(rest)[0])
	} else if text, err = exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output(); err != nil {
		s.t.Fatalf("read the server's memory: %v", err)
	}
	kib, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		s.t.Fatalf("read the server's memory: %v", err)
	}
	return kib << 10
}

// within runs work with readersTimeout and reports its error as a failure of the test. Any goroutine may call it.
func within(t *testing.T, what string, work func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readersTimeout())
	defer cancel()
	if err := work(ctx); err != nil {
		t.Errorf("%s: %v", what, errors.Join(err, ctx.Err()))
	}
}

// log collects the output of a server's processes. They write while tests read.
type log struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer for the processes.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

// String returns all output so far.
func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// tail returns the last n bytes, for failure messages.
func (l *log) tail(n int) string {
	text := l.String()
	return text[max(0, len(text)-n):]
}

// crashReport returns the beginning of a panic, a fatal error or a data race report in the log, or "".
func (l *log) crashReport() string {
	text := l.String()
	for _, sign := range []string{"DATA RACE", "panic", "fatal error:", "goroutine 1 ["} {
		if at := strings.Index(text, sign); at >= 0 {
			return text[at:min(len(text), at+2000)]
		}
	}
	return ""
}
