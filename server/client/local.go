package client

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"hookbeam/server/datafile"
)

// ErrNoLog says that a folder holds no database yet.
var ErrNoLog = errors.New("there is no database here yet; start hookbeam serve first, or name its folder with --data")

// ErrNotRunning says that no server runs on a data folder, so that the caller may open the folder itself.
var ErrNotRunning = errors.New("the server is not running on this folder; start hookbeam serve")

// connectTime is how long connecting to a server on this machine may take.
const connectTime = 5 * time.Second

// Local returns the server that holds a data folder, over the control channel in it. It fails with ErrNoLog if there is
// nothing yet, with ErrNotRunning if nobody holds the folder, and with a sentence that says what to do if the server is
// of a release that cannot be talked to. version is this program's.
func Local(ctx context.Context, folder, version string) (*Server, error) {
	who, running, err := datafile.FindRunningServer(folder)
	switch {
	case err != nil:
		return nil, err
	case !running && !datafile.HasDatabase(folder):
		return nil, fmt.Errorf("%s: %w", folder, ErrNoLog)
	case !running:
		return nil, ErrNotRunning
	case who.Command != "":
		return nil, fmt.Errorf("hookbeam %s works on %s at the moment (process %d). Try again when that has ended",
			who.Command, folder, who.PID)
	}
	conn, token, err := dial(ctx, folder)
	if err != nil {
		return nil, explain(folder, who, version, err)
	}
	first := make(chan net.Conn, 1) // what was dialled already is used first
	first <- conn
	transport := &http.Transport{MaxConnsPerHost: 1, DisableCompression: true, ResponseHeaderTimeout: callTime,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			select {
			case conn := <-first:
				return conn, nil
			default:
				conn, _, err := dial(ctx, folder)
				return conn, err
			}
		}}
	return &Server{http: &http.Client{Timeout: callTime, Transport: transport}, base: "http://" + host(conn),
		token: token, version: version, folder: folder, conn: conn}, nil
}

func dial(ctx context.Context, folder string) (net.Conn, string, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	return datafile.DialControl(ctx, folder)
}

// host is the host that requests on a control connection are for.
func host(conn net.Conn) string {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.String()
	}
	return ControlHost
}

// explain says why the server that holds a folder cannot be reached.
func explain(folder string, who datafile.RunningServer, version string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reach the server that runs on %s (process %d): %w", folder, who.PID, err)
	}
	if who.Protocol == 0 && who.URL != "" {
		return fmt.Errorf(
			"the server that runs on %s (process %d, %s) is an older Hookbeam, which this command cannot "+
				"talk to. Run the command with the server's own release, or restart the server with this one",
			folder,
			who.PID,
			who.URL,
		)
	}
	if err := mismatch(folder, who.Protocol, who.Version, version); err != nil && who.Protocol != 0 {
		return err
	}
	return fmt.Errorf("the server that runs on %s (process %d) has no control channel: it is starting or stopping. "+
		"Try again in a moment", folder, who.PID)
}
