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

const (
	adminToken  = "bench-bench-bench-bench"
	startLimit  = 20 * time.Second
	stopLimit   = 10 * time.Second
	requestTime = 5 * time.Second
)

// server is a child process that receives at in and tells at live: Hookbeam or a yardstick. Its CPU and memory are read
// from /proc, so that nothing has to be asked of it while it is measured.
type server struct {
	name string // for the table and for errors
	cmd  *exec.Cmd
	addr string        // host and port on loopback
	in   string        // path to POST to
	log  string        // file with what it printed
	done chan struct{} // closed when the process is gone
}

// yard starts a yardstick; see yardstick.go for its arguments.
func (b *bench) yard(name string, args ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: name, addr: addr, in: "/in/yardstick"}
	return s, b.launch(s, b.self,
		append([]string{"yardstick", "-listen", addr, "-file", filepath.Join(b.dir, "yardstick.log")}, args...))
}

// serve starts Hookbeam on an empty data folder, its rate limits off.
func (b *bench) serve() (*server, error) {
	data, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return nil, err
	}
	return b.serveFrom(data)
}

func (b *bench) serveFrom(data string) (*server, error) {
	s, err := b.exec(data)
	if err != nil {
		return nil, err
	}
	if s.in, err = s.firstEndpoint(); err != nil {
		s.stop()
		return nil, fmt.Errorf("find the first endpoint: %w", err)
	}
	return s, nil
}

// exec starts Hookbeam and returns when it answers. Nothing is removed while it is measured: what that costs
// depends on how much was received before.
func (b *bench) exec(data string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{name: "hookbeam", addr: addr}
	return s, b.launch(s, b.hookbeam, []string{"serve", "--listen", addr, "--data", data, "--log-level", "warn",
		"--rate-endpoint=0", "--rate-address=0", "--keep-bytes=0"})
}

func (b *bench) launch(s *server, program string, args []string) error {
	out, err := os.CreateTemp(b.dir, s.name+"-*.out")
	if err != nil {
		return err
	}
	defer out.Close()
	s.log = out.Name()
	s.cmd = exec.CommandContext(b.ctx, program, args...)
	s.cmd.Stdout, s.cmd.Stderr = out, out
	s.cmd.Env = append(os.Environ(), "HOOKBEAM_ADMIN_TOKEN="+adminToken)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // how it ended shows in ProcessState
		close(s.done)
	}()
	if err := s.awaitAnswer(time.Now().Add(startLimit)); err != nil {
		s.stop()
		printed, _ := os.ReadFile(s.log)
		return fmt.Errorf("%s does not answer: %w\n%s", s.name, err, printed)
	}
	return nil
}

// awaitAnswer asks again and again until the server answers 200. It asks every quarter of a millisecond, for the
// time from start to here is a figure of its own.
func (s *server) awaitAnswer(limit time.Time) error {
	request := []byte("GET /healthz HTTP/1.1\r\nHost: " + s.addr + "\r\nConnection: close\r\n\r\n")
	answer := make([]byte, 4096)
	for {
		select {
		case <-s.done:
			return errors.New("it ended: " + s.cmd.ProcessState.String())
		default:
		}
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
			return errors.Join(errors.New("no 200 from /healthz in time"), err)
		}
		nap(250 * time.Microsecond)
	}
}

// stop ends the server: politely, then not.
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
	first := answer.Endpoints[0]
	// Confirmed, as whatever somebody sends to; a release before that knows no such call.
	_ = s.call(http.MethodPost, "/api/v1/endpoints/"+first.ID+"/confirm", nil, &struct{}{})
	u, err := url.Parse(first.URL)
	if err != nil {
		return "", err
	}
	return u.Path, nil
}

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

// cpu is the processor time that the server has used, in seconds. The scheduler's count of each thread is exact to
// the nanosecond, where the process's own is rounded to ticks; Go's threads do not end.
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

// resident is the server's memory in KiB.
func (s *server) resident() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kib, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	return kib
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
