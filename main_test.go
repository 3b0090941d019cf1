package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"hookbeam/server/datafile"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hookbeam": main})
}

// TestScripts runs the binary as people do. Beside testscript's own, a script has these commands:
//
//	serve ARG…      starts hookbeam serve on a free port, waits for its banner, keeps it in the file banner, and
//	                sets $URL, $HOST, $LOGIN, $IN and, with --metrics-listen, $METRICS from it
//	shutdown [SIGNAL]
//	                ends the server, which must exit with code 0; what it logged is in the file log
//	hurry           sends SIGTERM while the server is to go on for an hour; it must say that it is not ready and still
//	                receive at $IN; the second SIGTERM must end it at once
//	code N ARG…     runs hookbeam, which must exit with code N; its output is in the files out and err
//	document FILE   runs every command of a page in docs, see document
//	feed FILE       makes the file the standard input of the next code
//	fetch STATUS URL [METHOD [BODY]]
//	                asks as a browser does, with $TOKEN where it is set; the answer is in the file answer. @FILE is
//	                the URL that stands in a file
//	control STATUS METHOD PATH
//	                asks over the control channel of the folder data, as a command does; the answer is in the file
//	                answer
func TestScripts(t *testing.T) {
	earlyEnds(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			jar, err := cookiejar.New(nil)
			e.Values[key{}] = &script{browser: http.Client{Jar: jar}}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":    plainly((*script).serve),
			"shutdown": plainly((*script).shutdown),
			"hurry":    plainly((*script).hurry),
			"code":     plainly((*script).code),
			"feed":     plainly((*script).feed),
			"document": plainly((*script).document),
			"guide":    plainly((*script).guide),
			"fetch":    plainly((*script).fetch),
			"control":  plainly((*script).control),
		},
	})
}

// earlyEnds fails for scripts that end before their last line: testscript's own command stop does that, and takes
// precedence over any other of that name.
func earlyEnds(t *testing.T) {
	t.Helper()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal("there are no scripts", err)
	}
	for _, name := range scripts {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(string(text), "\n") {
			if words := strings.Fields(line); len(words) > 0 && words[0] == "stop" {
				t.Errorf("%s:%d: stop ends the script here; shutdown ends the server", name, number+1)
			}
		}
	}
}

type key struct{}

// script is what a script keeps between its commands.
type script struct {
	browser http.Client
	stdin   string // a file, for the next command
	server  *exec.Cmd
	log     *journal
}

// journal is what a server logs.
type journal struct {
	mu       sync.Mutex
	text     bytes.Buffer
	stopping chan struct{} // closed when it says so
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before := strings.Contains(j.text.String(), "msg=stopping")
	j.text.Write(b)
	if !before && strings.Contains(j.text.String(), "msg=stopping") {
		close(j.stopping)
	}
	return len(b), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// plainly makes a method a command that cannot be negated.
func plainly(run func(*script, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		run(ts.Value(key{}).(*script), ts, args)
	}
}

// hookbeamCmd is hookbeam, run in the script's folder with its environment.
func hookbeamCmd(ts *testscript.TestScript, args []string) *exec.Cmd {
	var path string
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if _, err := os.Stat(dir + "/hookbeam"); err == nil && path == "" {
			path = dir + "/hookbeam"
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{
		"HOOKBEAM_ADMIN_TOKEN", "HOOKBEAM_DATA", "HOOKBEAM_KEEP_FOR", "HOOKBEAM_INSECURE_HTTP", "HOOKBEAM_LOG_FORMAT",
		"HOOKBEAM_ADMIN_TOKEN_FILE", "HOOKBEAM_SERVER", "HOOKBEAM_TOKEN", "HOOKBEAM_TOKEN_FILE", "HOOKBEAM_CONFIG",
		"HOOKBEAM_LISTEN", "HOOKBEAM_PUBLIC_URL", "HOOKBEAM_JSON", "HOOKBEAM_SEAL_KEY", "HOOKBEAM_SEAL_KEY_FILE",
		"SECRET", "SHOP_LIVE_SECRET", "GOCOVERDIR",
	} {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

func (s *script) serve(ts *testscript.TestScript, args []string) {
	s.server = hookbeamCmd(ts, append([]string{"serve", "--listen=127.0.0.1:0"}, args...))
	s.log = &journal{stopping: make(chan struct{})}
	s.server.Stderr = s.log
	out, err := s.server.StdoutPipe()
	ts.Check(err)
	ts.Check(s.server.Start())
	process := s.server.Process
	ts.Defer(func() { _ = process.Kill() }) // it has ended already, where the script went well
	banner := readBanner(out)
	keep(ts, "banner", banner)
	if !strings.Contains(banner, "/login/") {
		_ = s.server.Wait()
		ts.Fatalf("its banner is %q, and it logged %s", banner, s.log)
	}
	for name, form := range map[string]string{
		"URL":     `(http\S+)/login/`,
		"LOGIN":   `(http\S+/login/[a-z0-9]+)`,
		"IN":      `(http\S+/in/[a-z0-9-]+)`,
		"METRICS": `(http\S+)/metrics`,
		"HOST":    `http://([^/\s]+)/login/`,
	} {
		if found := regexp.MustCompile(form).FindStringSubmatch(banner); found != nil {
			ts.Setenv(name, found[1])
		}
	}
}

// readBanner reads the whole banner: one line of JSON, or a block that ends with an empty line.
func readBanner(out io.Reader) string {
	var b strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		b.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "{") || lines.Text() == "" && strings.Contains(b.String(), "/login/") {
			break
		}
	}
	return b.String()
}

func (s *script) shutdown(ts *testscript.TestScript, args []string) {
	signal := syscall.SIGTERM
	if len(args) == 1 && args[0] == "INT" {
		signal = syscall.SIGINT
	}
	s.browser.CloseIdleConnections()
	ts.Check(s.server.Process.Signal(signal))
	err := s.server.Wait()
	keep(ts, "log", s.log.String())
	ts.Check(err)
}

func (s *script) hurry(ts *testscript.TestScript, _ []string) {
	ts.Check(s.server.Process.Signal(syscall.SIGTERM))
	<-s.log.stopping
	s.fetch(ts, []string{"503", ts.Getenv("URL") + "/readyz"})
	s.fetch(ts, []string{"200", ts.Getenv("IN"), "POST", "while stopping"})
	ts.Check(s.server.Process.Signal(syscall.SIGTERM))
	var exit *exec.ExitError
	if err := s.server.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		ts.Fatalf("it ended with %v", err)
	}
}

func (s *script) code(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var out, errs bytes.Buffer
	cmd := hookbeamCmd(ts, args[1:])
	cmd.Stdout, cmd.Stderr = &out, &errs
	if s.stdin != "" {
		cmd.Stdin, s.stdin = strings.NewReader(ts.ReadFile(s.stdin)), ""
	}
	err = cmd.Run()
	keep(ts, "out", out.String())
	keep(ts, "err", errs.String())
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("it ended with code %d, not %d: %s%s", got, want, out.String(), errs.String())
	}
}

func (s *script) feed(_ *testscript.TestScript, args []string) { s.stdin = args[0] }

func (s *script) fetch(ts *testscript.TestScript, args []string) {
	method, body := "GET", ""
	if len(args) > 2 {
		method = args[2]
	}
	if len(args) > 3 {
		body = args[3]
	}
	target := args[1]
	if file, ok := strings.CutPrefix(target, "@"); ok {
		target = strings.TrimSpace(ts.ReadFile(file))
	}
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	ts.Check(err)
	if token := ts.Getenv("TOKEN"); token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := s.browser.Do(r)
	ts.Check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	keep(ts, "answer", string(text))
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("%s %s: %d %s", method, target, res.StatusCode, text)
	}
}

func (s *script) control(ts *testscript.TestScript, args []string) {
	conn, _, err := datafile.DialControl(context.Background(), ts.MkAbs("data"))
	ts.Check(err)
	defer conn.Close()
	r, err := http.NewRequest(args[1], "http://localhost"+args[2], nil)
	ts.Check(err)
	r.Close = true
	ts.Check(r.Write(conn))
	res, err := http.ReadResponse(bufio.NewReader(conn), r)
	ts.Check(err)
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	keep(ts, "answer", string(text))
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("%s %s: %d %s", args[1], args[2], res.StatusCode, text)
	}
}

func keep(ts *testscript.TestScript, file, text string) {
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
}
