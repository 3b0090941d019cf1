package doctor

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"hookbeam/server/client"
)

// The checks of a running server and of the way to it are tested with both, in server/trust.

func fresh(t *testing.T) *examination {
	return &examination{Options: Options{Data: t.TempDir(), Now: func() time.Time { return noon }}}
}

// want requires one finding, with parts of its texts.
func (e *examination) want(t *testing.T, status Status, detail, action string) {
	t.Helper()
	if len(e.findings) != 1 || e.findings[0].Status != status || !strings.Contains(e.findings[0].Detail, detail) ||
		!strings.Contains(e.findings[0].Action, action) {
		t.Errorf("got %+v, not %s: %s … %s", e.findings, status, detail, action)
	}
	e.findings = nil
}

func TestWhatServeWouldRefuseIsAProblem(t *testing.T) {
	e := fresh(t)
	e.Configuration = func() error { return errors.New("--listen: no port") }
	e.checkConfiguration()
	e.want(t, Problem, "--listen: no port", "Correct")
	e.Configuration = func() error { return nil }
	e.checkConfiguration()
	e.want(t, OK, "valid", "")
}

func TestSpaceIsComparedWithTheLimits(t *testing.T) {
	e := fresh(t)
	e.checkDisk()
	e.want(t, Warning, "--keep-bytes 0", "--keep-for")
	e.KeepBytes = 1 << 60
	e.checkDisk()
	e.want(t, Warning, "may be needed", "--keep-bytes")
	e.KeepBytes = 1
	e.checkDisk()
	if f := e.findings[0]; f.Status != OK && !strings.Contains(f.Detail, "Only") { // the test's disk may be full
		t.Errorf("got %+v", f)
	}
}

func TestSizesAreForPeople(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 1536: "1.5 KiB",
		200 << 20: "200 MiB", 1 << 40: "1.0 TiB", 1 << 62: "4096 PiB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %q, not %q", n, got, want)
		}
	}
}

func TestAClockThatIsNotSetIsAProblem(t *testing.T) {
	e := fresh(t)
	e.Now = func() time.Time { return time.Unix(86400, 0) }
	e.checkClock()
	e.want(t, Problem, "1970-01-02", "timedatectl")
}

func TestFewOpenFilesAreWarnedOf(t *testing.T) {
	e := fresh(t)
	e.OpenFiles = 1024
	e.checkOpenFiles()
	e.want(t, Warning, "at most 816 connections", "LimitNOFILE")
	e.OpenFiles = 65536
	e.checkOpenFiles()
	e.want(t, OK, "65536", "")
	e.OpenFiles = 0
	e.checkOpenFiles()
	if len(e.findings) > 0 {
		t.Errorf("no limit: %+v", e.findings)
	}
}

func TestWhatIsFarBehindIsWarnedOf(t *testing.T) {
	e := fresh(t)
	e.about = client.About{Head: 50_000, Statuses: 30_000, Live: 30_000}
	e.checkLag()
	e.want(t, Warning, "20000 deliveries behind", "again in a minute")
	e.about.Statuses, e.about.Live = 49_999, 49_000
	e.checkLag()
	e.want(t, OK, "keep up", "")
}

func TestPlainHTTPForOthersIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		about  client.About
		status Status
		says   string
	}{
		"this " +
			"machine": {client.About{Listen: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080"}, OK, "cannot"},
		"behind a proxy":       {client.About{Listen: "127.0.0.1:8080", PublicURL: "https://h.test"}, OK, "cannot"},
		"its own TLS":          {client.About{Listen: "0.0.0.0:443", PublicURL: "https://h.test", TLS: true}, "", ""},
		"around the proxy":     {client.About{Listen: "[::]:8080", PublicURL: "https://h.test"}, Warning, "go around"},
		"plain HTTP in public": {client.About{Listen: "[::]:80", PublicURL: "http://h.test"}, Problem, "network path"},
	} {
		e := fresh(t)
		e.server, e.about = &client.Server{}, c.about
		e.checkExposure()
		if c.status == "" {
			if len(e.findings) > 0 {
				t.Errorf("%s: %+v", name, e.findings)
			}
			continue
		}
		if len(e.findings) != 1 || e.findings[0].Status != c.status || !strings.Contains(e.findings[0].Detail, c.says) {
			t.Errorf("%s: %+v", name, e.findings)
		}
	}
}

func TestAConnectionThatFailsIsExplained(t *testing.T) {
	u := &url.URL{Scheme: "https", Host: "hooks.example.com"}
	for why, err := range map[string]error{
		"does not exist":       &net.DNSError{Name: "hooks.example.com", IsNotFound: true},
		"server misbehaving":   &net.DNSError{Err: "server misbehaving", Name: "hooks.example.com"},
		"nothing listens":      &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no answer in time":    context.DeadlineExceeded,
		"plain HTTP is spoken": errors.New("http: server gave HTTP response to HTTPS client"),
		"something new":        errors.New("something new"),
	} {
		if action, got := explain(err, u); !strings.Contains(got, why) || action == "" {
			t.Errorf("%v: %s: %s", err, got, action)
		}
	}
}
