//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The limits are far above what a working server needs: they only end a run that hangs.
const (
	adminToken  = "bench-bench-bench-bench"
	startLimit  = 20 * time.Second
	stopLimit   = 10 * time.Second
	requestTime = 5 * time.Second
)

// server is a child process: Hookbeam or a yardstick. The load posts to the path in and reads from /api/v1/live. CPU
// and memory are read from /proc, so that measuring does not add work to the server.
type server struct {
	name string // for the table and for errors
	cmd  *exec.Cmd
	addr string        // host and port on loopback
	in   string        // path to POST to
	log  string        // file with its output, for errors
	done chan struct{} // closed when the process has exited
}

// startYardstick starts this program as a yardstick. name is for the table; the args are described at yardstick.
func (b *bench) startYardstick(name string, args ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: name, addr: addr, in: "/in/yardstick"}
	return s, b.launch(s, b.self,
		append([]string{"yardstick", "-listen", addr, "-file", filepath.Join(b.dir, "yardstick.log")}, args...))
}

// serve starts Hookbeam on an empty data folder, without rate limits.
func (b *bench) serve() (*server, error) { return b.serveLogging("warn") }

// serveLogging is serve with another log level.
func (b *bench) serveLogging(level string) (*server, error) {
	data, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return nil, err
	}
	return b.serveFrom(data, level)
}

// serveFrom starts Hookbeam on a data folder, with a log level, and finds the URL of its first endpoint.
func (b *bench) serveFrom(data, level string) (*server, error) {
	s, err := b.exec(data, level)
	if err != nil {
		return nil, err
	}
	if s.in, err = s.firstEndpoint(); err != nil {
		s.stop()
		return nil, fmt.Errorf("find the first endpoint: %w", err)
	}
	return s, nil
}

// exec starts Hookbeam with a log level and waits until it answers. Retention is off (--keep-bytes=0), because its cost
// depends on how much earlier rounds have stored.
func (b *bench) exec(data, level string) (*server, error) {
	return b.execWith(data, level, "--keep-bytes=0")
}

// execWith is exec with further flags, such as those of retention.
func (b *bench) execWith(data, level string, more ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: "hookbeam", addr: addr}
	return s, b.launch(s, b.hookbeam, append([]string{"serve", "--listen", addr, "--data", data, "--log-level", level,
		"--rate-endpoint=0", "--rate-address=0"}, more...))
}

// launch starts a program for s with its output in a file, and waits until it answers. After an error the process is
// stopped, and the error includes the output.
func (b *bench) launch(s *server, program string, args []string) error {
	out, err := os.CreateTemp(b.dir, s.name+"-*.out")
	if err != nil {
		return err
	}
	defer out.Close()
	s.log = out.Name()
	// The context kills the process at an interrupt; stop is the regular end.
	s.cmd = exec.CommandContext(b.ctx, program, args...)
	s.cmd.Stdout, s.cmd.Stderr = out, out
	s.cmd.Env = append(os.Environ(), "HOOKBEAM_ADMIN_TOKEN="+adminToken)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // the result is in ProcessState
		close(s.done)
	}()
	if err := s.awaitAnswer("/healthz", time.Now().Add(startLimit)); err != nil {
		s.stop()
		printed, _ := os.ReadFile(s.log)
		return fmt.Errorf("%s does not answer: %w\n%s", s.name, err, printed)
	}
	return nil
}

// awaitAnswer requests a path every quarter of a millisecond until the answer is 200. The interval is that short
// because the time from start to here is a figure of its own. Raw sockets avoid the cost of an HTTP client.
func (s *server) awaitAnswer(path string, limit time.Time) error {
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nConnection: close\r\n\r\n")
	answer := make([]byte, 4096)
	for {
		select {
		case <-s.done:
			return errors.New("it ended: " + s.cmd.ProcessState.String())
		default:
		}
		// The port is closed until the server listens, so most attempts fail while connecting.
		fd, err := dial(s.addr)
		if err == nil {
			var n int
			if _, err = syscall.Write(fd, request); err == nil {
				n, err = syscall.Read(fd, answer)
			}
			_ = syscall.Close(fd)
			if err == nil && bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) {
				return nil
			}
		}
		if time.Now().After(limit) {
			return errors.Join(fmt.Errorf("no 200 from %s in time", path), err)
		}
		sleepThread(250 * time.Microsecond)
	}
}

// stop sends SIGTERM, and SIGKILL after stopLimit. It may be called with a nil server.
func (s *server) stop() {
	if s == nil || s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(stopLimit):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// firstEndpoint returns the path of the endpoint that Hookbeam creates on its first start.
func (s *server) firstEndpoint() (string, error) {
	var answer struct {
		Endpoints []struct{ ID, URL string }
	}
	if err := s.get("/api/v1/endpoints", &answer); err != nil {
		return "", err
	}
	if len(answer.Endpoints) == 0 {
		return "", errors.New("there is none")
	}
	// An empty folder has exactly one endpoint, "first".
	first := answer.Endpoints[0]
	// Confirm it, as an operator does. Older binaries have no such call, so an error is ignored.
	_ = s.call(http.MethodPost, "/api/v1/endpoints/"+first.ID+"/confirm", nil, &struct{}{})
	u, err := url.Parse(first.URL)
	if err != nil {
		return "", err
	}
	return u.Path, nil
}

// get requests a path of the API as administrator and decodes the JSON of a 200 response.
func (s *server) get(path string, into any) error {
	request, err := http.NewRequest(http.MethodGet, "http://"+s.addr+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+adminToken)
	client := http.Client{Timeout: requestTime}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %s", path, answer.Status, body)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// cpu returns the CPU time that the server has used so far, in seconds. It adds the schedstat of all threads, which is
// exact to the nanosecond, while the process's own count is rounded to clock ticks. The threads of a Go program do not
// end, so none is missing from the sum.
func (s *server) cpu() float64 {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.cmd.Process.Pid))
	sum := 0.0
	for _, f := range files {
		text, _ := os.ReadFile(f)
		first, _, _ := strings.Cut(string(text), " ")
		ns, _ := strconv.ParseFloat(first, 64)
		sum += ns / 1e9
	}
	return sum
}

// resident returns the resident memory of the server (VmRSS) in KiB, or 0 if it has exited.
func (s *server) resident() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kib, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	return kib
}

// freeAddress returns a loopback address with a port that is free at the moment.
func freeAddress() (string, error) {
	// The system chooses a free port. Another process could take it before the server does; then the start fails.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
