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

// ErrNoLog means that a folder contains no database.
var ErrNoLog = errors.New("no database here yet; run hookbeam serve first, or pass the data folder with --data")

// ErrNotRunning means that no server runs on a data folder. The caller may then lock and open the folder itself.
var ErrNotRunning = errors.New("no server is running on this data folder; run hookbeam serve")

// connectTime bounds one connection attempt to a server on this machine.
const connectTime = 5 * time.Second

// Local returns the server that holds a data folder, reached over the control channel in that folder. version is the
// version of this program. The caller closes the server after use.
//
// It fails with ErrNoLog if the folder contains no database, and with ErrNotRunning if no process holds the folder.
// While another command holds the folder, and if the server has an incompatible control protocol, the error says
// what to do.
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
		return nil, fmt.Errorf("hookbeam %s is using the data folder %s (process %d). Try again when it has finished",
			who.Command, folder, who.PID)
	}
	conn, token, err := dial(ctx, folder)
	if err != nil {
		return nil, explain(folder, who, version, err)
	}
	return &Server{
		http:    &http.Client{Timeout: callTime, Transport: localTransport(folder, conn)},
		base:    "http://" + host(conn),
		token:   token,
		version: version,
		folder:  folder,
		conn:    conn,
	}, nil
}

// localTransport returns a transport that sends every request over the control channel of a data folder, whatever
// the request's host is. The first request uses conn, which is open already; a later one may dial again.
func localTransport(folder string, conn net.Conn) *http.Transport {
	first := make(chan net.Conn, 1)
	first <- conn
	return &http.Transport{
		MaxConnsPerHost:       1,
		DisableCompression:    true,
		ResponseHeaderTimeout: callTime,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			select {
			case conn := <-first:
				return conn, nil
			default:
				conn, _, err := dial(ctx, folder)
				return conn, err
			}
		},
	}
}

// dial connects to the control channel of a data folder. The token is empty if the channel is a socket.
func dial(ctx context.Context, folder string) (net.Conn, string, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	return datafile.DialControl(ctx, folder)
}

// host returns the Host header for requests on a control connection: the address for a TCP port, a constant for a
// socket, which has no host.
func host(conn net.Conn) string {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.String()
	}
	return ControlHost
}

// explain turns a failure to dial the control channel into an error that says what to do. who is the server that
// holds the folder, as its lock file describes it.
func explain(folder string, who datafile.RunningServer, version string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("connect to the server running on %s (process %d): %w", folder, who.PID, err)
	}
	if who.Protocol == 0 && who.URL != "" { // released before there was a control channel
		return fmt.Errorf("the server running on %s (process %d, %s) is an older Hookbeam, which this command "+
			"cannot control. Run the command from the server's own release, or restart the server with this one",
			folder, who.PID, who.URL)
	}
	if err := mismatch(folder, who.Protocol, who.Version, version); err != nil && who.Protocol != 0 {
		return err
	}
	return fmt.Errorf("the server running on %s (process %d) has no control channel: it is starting or stopping. "+
		"Try again in a moment", folder, who.PID)
}
