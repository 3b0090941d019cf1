package trust_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
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

var scale = flag.Float64("scale", 1, "how many times the usual amount of everything")

// scaled is n at the usual scale.
func scaled(n int) int { return max(1, int(float64(n)**scale)) }

// longest is how long one test's readers may take, which grows with what they read.
func longest() time.Duration { return time.Duration(2 * max(1, *scale) * float64(patience)) }

const (
	adminToken = "trust-trust-trust-trust"
	patience   = 60 * time.Second // with what must happen; a machine may be slow, a promise is not timed
)

// hookbeam is the program under test.
var hookbeam string

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

// build builds the binary, which then looks for data races or does not.
func build(to string, race bool) error {
	args := []string{"build", fmt.Sprintf("-race=%t", race), "-o", to, "hookbeam"}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("build hookbeam: %w\n%s", err, out)
	}
	return nil
}

// server is a Hookbeam process on a data folder of its own. It can be stopped, killed and started again: address,
// folder and arguments stay, so that a test sees what a restart finds. One goroutine starts and ends it; any may send
// to it. At the end of the test it is killed, and its log must not show a panic or a data race.
type server struct {
	t    *testing.T
	addr string   // host and port, chosen before the first start
	data string   // the data folder, removed with the test
	args []string // of "serve", behind those that every server is given
	env  []string // beside what every server is given
	wrap []string // a program and its arguments that runs the binary

	program string        // the binary, where it is not the one that all tests use
	cmd     *exec.Cmd     // the process of the last start; nil before the first
	log     *log          // what its processes printed
	done    chan struct{} // closed when the process of the last start is gone
}

// serve starts a server that knows no rate limits, with more arguments where given.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.start()
	return s
}

// serveMeasured starts a server whose garbage is collected often, so that what resident says is what it keeps, and not
// what happens to wait for the collector.
func serveMeasured(t *testing.T, args ...string) *server {
	t.Helper()
	s := newServer(t, args...)
	s.env = oftenCollected()
	s.start()
	return s
}

// oftenCollected is the environment of a server whose memory is measured.
func oftenCollected() []string { return []string{"GOGC=20", "GOMEMLIMIT=256MiB"} }

// newServer prepares a server without starting it. Its port was free a moment ago; nothing holds it until the start.
func newServer(t *testing.T, args ...string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &server{t: t, addr: l.Addr().String(), data: t.TempDir(), log: &log{}}
	s.args = append([]string{"--rate-endpoint=0", "--rate-address=0"}, args...)
	t.Cleanup(func() {
		s.kill()
		if bad := s.log.bad(); bad != "" {
			t.Errorf("the server's log has %q", bad)
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", s.log.tail(8<<10))
		}
	})
	return s
}

// start returns when the server is ready.
func (s *server) start() {
	s.t.Helper()
	s.launch()
	for limit := time.Now().Add(patience); ; {
		if answer, err := http.Get("http://" + s.addr + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.done:
			s.t.Fatalf("the server ended instead of starting: %s\n%s", s.cmd.ProcessState, s.log.tail(4<<10))
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(limit) {
			s.t.Fatal("the server is not ready")
		}
	}
}

// launch starts the process and returns at once. A data race ends the process, which the log then shows.
func (s *server) launch() {
	s.t.Helper()
	line := append(append([]string{}, s.wrap...), cmp.Or(s.program, hookbeam), "serve", "--listen", s.addr, "--data",
		s.data, "--log-level", "info")
	line = append(line, s.args...)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Env = append(append(os.Environ(), "HOOKBEAM_ADMIN_TOKEN="+adminToken, "GORACE=halt_on_error=1"), s.env...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, done := s.cmd, make(chan struct{})
	s.done = done
	go func() {
		_ = cmd.Wait() // how it ended shows in ProcessState
		close(done)
	}()
}

// kill ends the server as a power cut would, and waits until it is gone. It may be called again.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.done
}

// terminate asks the server to stop.
func (s *server) terminate() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
}

// ended waits for the end and returns the exit code.
func (s *server) ended() int {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatal("the server does not end")
	}
	return s.cmd.ProcessState.ExitCode()
}

// stop ends the server politely and wants it to say that all went well.
func (s *server) stop() {
	s.t.Helper()
	s.terminate()
	if code := s.ended(); code != 0 {
		s.t.Fatalf("exit code %d after a polite stop\n%s", code, s.log.tail(4<<10))
	}
}

// resident is the process's memory in bytes.
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

// within runs work and fails the test where it takes longer than anybody would wait. Any goroutine may call it.
func within(t *testing.T, what string, work func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest())
	defer cancel()
	if err := work(ctx); err != nil {
		t.Errorf("%s: %v", what, errors.Join(err, ctx.Err()))
	}
}

// log keeps what a process prints. The process writes to it while tests read.
type log struct {
	mu   sync.Mutex
	text []byte
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// tail returns the last n bytes, for messages.
func (l *log) tail(n int) string {
	text := l.String()
	return text[max(0, len(text)-n):]
}

// bad returns the first sign of a broken program.
func (l *log) bad() string {
	text := l.String()
	for _, sign := range []string{"DATA RACE", "panic", "fatal error:", "goroutine 1 ["} {
		if at := strings.Index(text, sign); at >= 0 {
			return text[at:min(len(text), at+2000)]
		}
	}
	return ""
}
