package server

import (
	"context"
	"net"
	"os"
	"strconv"
	"time"
)

// manager is the service manager that started this process, such as systemd with Type=notify. The zero manager is none,
// and is told nothing.
type manager struct {
	socket   string        // of NOTIFY_SOCKET; starts with @ for a name that is no file
	watchdog time.Duration // without a sign of life for so long, the manager restarts the process; 0: it does not
}

// What a manager is told (sd_notify).
const (
	managerReady    = "READY=1\nSTATUS=Receiving"
	managerStopping = "STOPPING=1\nSTATUS=Answering the last requests"
	managerWaiting  = "STATUS=Waiting for another server to leave the data folder"
	managerAlive    = "WATCHDOG=1"
)

// findManager returns the manager of this process, and removes the variables that describe it.
func findManager() manager {
	m := manager{socket: os.Getenv("NOTIFY_SOCKET")}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if pid := os.Getenv("WATCHDOG_PID"); err == nil && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		m.watchdog = time.Duration(usec) * time.Microsecond
	}
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		_ = os.Unsetenv(name) // fails only for an invalid name
	}
	return m
}

// notify sends a state to the manager. A failure is not reported: the manager notices by itself that no state arrives.
func (m manager) notify(state string) {
	if m.socket == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.socket, Net: "unixgram"})
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte(state))
	_ = conn.Close()
}

// watch tells the manager that the process is alive, twice in its interval, until ctx ends. probe asks the log whether
// it can store. What it answers does not matter, because a full disk is no reason to restart; only a probe that never
// returns means that the process hangs.
func (m manager) watch(ctx context.Context, probe func(context.Context) error) error {
	if m.watchdog <= 0 || m.socket == "" {
		return nil
	}
	tick := time.NewTicker(m.watchdog / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		_ = probe(ctx)
		m.notify(managerAlive)
	}
}
