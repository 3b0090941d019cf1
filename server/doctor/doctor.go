// Package doctor examines an installation: the data folder and its disk, the clock, the running server, and the way
// from the public URL to it, through whatever proxies are between. It is the work of hookbeam doctor.
//
// It promises that it changes nothing, that it works with a running server and without one, that each finding that is
// not fine says what to do, and that it asks no machine but the one that the public URL names. It belongs to the
// operator's command line, so it dials where the operator's own configuration points, also into a private network.
//
// Start reading at Examine, which lists the checks in the order in which they are reported.
package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/wire"
)

// Status is the result of one check.
type Status string

// The results. A warning may be as the operator wants it; a problem is not.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Problem Status = "problem"
)

// Finding is one line of the report.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`           // what was found
	Action string `json:"action,omitempty"` // what to do; "" if there is nothing to do
}

// Options are what the examination is about. Without a running server, they are all that is known of its configuration.
type Options struct {
	Version   string // of this program
	Data      string // data folder
	PublicURL string // --public-url; "" if it is not set
	KeepBytes int64  // --keep-bytes; 0: unlimited
	NetworkFS bool   // --allow-network-fs
	OpenFiles uint64 // that this process may have; 0: unlimited, or not known

	// Configuration returns what is wrong with the flags and the environment, as serve would report it.
	Configuration func() error
	// Database returns whether an older release wrote the database, or why it cannot be opened: ErrNotClosed if it was
	// not looked into. It is called only while no server runs, and must change nothing.
	Database func(ctx context.Context) (older bool, err error)

	Timeout time.Duration  // of each request
	Roots   *x509.CertPool // that certificates are verified with; nil: the system's
	Now     func() time.Time
}

// ErrNotClosed means that the last server did not close the database, as after a crash.
var ErrNotClosed = errors.New("the database was not closed")

// report collects the findings.
type report struct{ findings []Finding }

func (r *report) ok(check, format string, args ...any) {
	r.findings = append(r.findings, Finding{Check: check, Status: OK, Detail: fmt.Sprintf(format, args...)})
}

func (r *report) warn(check, action, format string, args ...any) {
	r.findings = append(r.findings, Finding{check, Warning, fmt.Sprintf(format, args...), action})
}

func (r *report) fail(check, action, format string, args ...any) {
	r.findings = append(r.findings, Finding{check, Problem, fmt.Sprintf(format, args...), action})
}

// examination is the state of one Examine: what earlier checks found out, for later ones.
type examination struct {
	Options
	report
	server *client.Server  // nil: none is running, or it cannot be asked
	about  client.About    // of the server
	info   wire.ServerInfo // of the server
}

// Examine runs all checks. ctx bounds them together.
func Examine(ctx context.Context, o Options) []Finding {
	e := &examination{Options: o}
	e.checkConfiguration()
	e.checkFolder()
	e.checkFileSystem()
	e.findServer(ctx)
	if e.server != nil {
		defer e.server.Close()
	}
	e.checkDisk()
	e.checkClock()
	if e.server != nil {
		e.checkHealth(ctx)
		e.checkLag()
		e.checkEndpoints(ctx)
	} else {
		e.checkDatabase(ctx)
	}
	e.checkOpenFiles()
	e.checkExposure()
	e.checkAddress(ctx)
	return e.findings
}

// checkConfiguration reports a mistake in the flags or the environment that serve would refuse.
func (e *examination) checkConfiguration() {
	if err := e.Configuration(); err != nil {
		e.fail("configuration", "Correct the flag or its environment variable; hookbeam serve would not start.",
			"%s.", sentence(err))
		return
	}
	e.ok("configuration", "The flags and the environment are valid.")
}

// findServer finds the server that runs on the data folder, and asks it what it is.
func (e *examination) findServer(ctx context.Context) {
	const check = "server"
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	server, err := client.Local(ctx, e.Data, e.Version)
	switch {
	case errors.Is(err, client.ErrNotRunning) || errors.Is(err, client.ErrNoLog):
		e.warn(check, "Start it with hookbeam serve and run hookbeam doctor again, for the checks that need it.",
			"No server is running on %s. What can be checked without it is checked.", e.Data)
		return
	case err != nil:
		e.fail(check, "If the server is starting or stopping, try again in a moment.", "%s.", sentence(err))
		return
	}
	if e.about, err = server.About(ctx); err == nil {
		e.info, err = server.Info(ctx)
	}
	if err != nil {
		server.Close()
		e.fail(check, "Look at the server's log. After an upgrade of the binary, restart the server.",
			"The server cannot be asked: %s.", sentence(err))
		return
	}
	e.server = server
	if e.about.Version != e.Version {
		e.warn(check, "If you have just upgraded the binary, restart the server.",
			"It runs %s, and this command is %s (process %d).", e.about.Version, e.Version, e.about.PID)
		return
	}
	e.ok(check, "Running, version %s, process %d, listening on %s.", e.about.Version, e.about.PID, e.about.Listen)
}

// sentence returns the text of an error as the inside of a sentence: without a full stop at its end.
func sentence(err error) string { return strings.TrimSuffix(strings.TrimSpace(err.Error()), ".") }

// many returns "1 file" or "3 files".
func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
