package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/datafile"
)

func TestDrainingWaitsForTheLastConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConnections(nil)
		for range 3 {
			c.note(&net.TCPConn{}, http.StateNew)
		}
		c.note(&net.TCPConn{}, http.StateActive)
		done := make(chan struct{})
		go func() { defer close(done); c.drained(t.Context()) }()
		for _, state := range []http.ConnState{http.StateClosed, http.StateIdle, http.StateHijacked} {
			c.note(&net.TCPConn{}, state)
			synctest.Wait()
			select {
			case <-done:
				t.Fatal("it did not wait")
			default:
			}
		}
		c.note(&net.TCPConn{}, http.StateClosed)
		<-done
	})
}

func TestDrainingEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConnections(nil)
		c.note(&net.TCPConn{}, http.StateNew)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), quietTime)
		defer cancel()
		c.drained(ctx)
		if waited := time.Since(began); waited != quietTime {
			t.Errorf("it waited for %v, want %v", waited, quietTime)
		}
	})
}

func TestSilentConnectionsDoNotHoldTheStopUp(t *testing.T) {
	c := newConnections(nil)
	silent, far := net.Pipe()
	c.note(silent, http.StateNew)
	asking, _ := net.Pipe()
	c.note(asking, http.StateNew)
	c.note(asking, http.StateActive)
	c.closeSilent()
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the silent one: %v, want its end", err)
	}
	if err := asking.SetDeadline(time.Now()); err != nil {
		t.Errorf("the asking one: %v", err)
	}
	c.note(silent, http.StateClosed)
	c.note(asking, http.StateClosed)
	c.silent.Range(func(conn, _ any) bool { t.Errorf("%v is still known", conn); return true })
}

func TestOneConnectionTooManyIsClosed(t *testing.T) {
	c := newConnections(nil)
	c.open.Store(maxConns - 1)
	last, _ := net.Pipe()
	c.note(last, http.StateNew)
	extra, far := net.Pipe()
	c.note(extra, http.StateNew)
	if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the one too many: %v, want its end", err)
	}
	if err := last.SetDeadline(time.Now()); err != nil {
		t.Errorf("the last that there is room for: %v", err)
	}
	c.note(extra, http.StateClosed)
	if n := c.open.Load(); n != maxConns {
		t.Errorf("%d are counted, want %d", n, maxConns)
	}
}

func TestAPartThatFailsStopsTheServer(t *testing.T) {
	g := newGroup(t.Context())
	g.start(part{name: "steady", run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
		part{name: "failing", run: func(context.Context) error { return errors.New("out of luck") }})
	g.wait()
	g.stop()
	if err := g.failure(); err == nil || err.Error() != "failing: out of luck" {
		t.Errorf("failure = %v", err)
	}
}

func TestPartsOutliveTheSignalUntilTheyAreStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := newGroup(ctx)
	g.start(part{name: "steady", run: func(ctx context.Context) error { <-ctx.Done(); return nil }})
	cancel()
	g.wait()
	select {
	case <-g.running[0].done:
		t.Error("it ended with the signal")
	default:
	}
	g.stop()
	if err := g.failure(); err != nil {
		t.Error(err)
	}
}

func TestOneFolderOneServer(t *testing.T) {
	folder := t.TempDir() + "/new"
	if _, running, err := datafile.FindRunningServer(folder); running || err != nil {
		t.Errorf("before: %v %v", running, err)
	}
	here, there := datafile.RunningServer{URL: "http://here.test"}, datafile.RunningServer{URL: "http://there.test"}
	log := slog.New(slog.DiscardHandler)
	held, err := lockDataFolder(folder, here, log)
	if err != nil {
		t.Fatal(err)
	}
	if at, running, err := datafile.FindRunningServer(folder); !running || err != nil || at.URL != "http://here.test" ||
		at.PID == 0 {
		t.Errorf("while: %+v %v %v", at, running, err)
	}
	if _, err := lockDataFolder(folder, there, log); err == nil || !strings.Contains(err.Error(), here.URL) {
		t.Errorf("the second: %v", err)
	}
	if err := held.release(); err != nil {
		t.Error(err)
	}
	if _, running, err := datafile.FindRunningServer(folder); running || err != nil {
		t.Errorf("after: %v %v", running, err)
	}
	again, err := lockDataFolder(folder, there, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.release(); err != nil {
		t.Error(err)
	}
}

// TestConnectionsAreBoundedByAddressAndInAll holds both bounds over real connections, and that a closed one makes room.
func TestConnectionsAreBoundedByAddressAndInAll(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := access.NewAddresses([]string{"127.0.0.9"})
	if err != nil {
		t.Fatal(err)
	}
	refusals := access.NewRefusals(slog.New(slog.DiscardHandler), time.Now)
	g := newGate(l, addresses, refusals, nil, 10) // 8 in all, 4 of an address
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			conn, err := g.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	open := func(ip string, room bool) net.Conn {
		t.Helper()
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		far, err := dialer.DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil && !room {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = far.Close() })
		if !room {
			_ = far.SetReadDeadline(time.Now().Add(20 * time.Second)) // of one that is let in nothing comes
			if n, err := far.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: %d bytes, %v", ip, n, err)
			}
			return nil
		}
		return <-accepted
	}
	var conns []net.Conn
	for range 4 {
		conns = append(conns, open("127.0.0.2", true))
	}
	open("127.0.0.2", false)
	if err := g.ready(t.Context()); err != nil {
		t.Error(err)
	}
	for _, ip := range []string{"127.0.0.3", "127.0.0.9", "127.0.0.9", "127.0.0.9"} {
		conns = append(conns, open(ip, true))
	}
	open("127.0.0.4", false)
	open("127.0.0.9", false)
	if err := g.ready(t.Context()); err == nil {
		t.Error("it is ready and lets nobody in")
	}
	for range 2 { // twice is once
		if err := conns[0].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
	open("127.0.0.4", true)
	open("127.0.0.4", false)
	if n := refusals.Counts(); n[connectionsByAddress] != 1 || n[connectionsInAll] != 3 {
		t.Errorf("counted: %v", n)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	<-accepted
}

// failing is a listener that cannot accept for a while.
type failing struct {
	net.Listener
	errs []error
}

func (f *failing) Accept() (net.Conn, error) {
	err := f.errs[0]
	f.errs = f.errs[1:]
	return nil, err
}

func TestWhatCannotBeAcceptedIsToldOnce(t *testing.T) {
	var text bytes.Buffer
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	full := &net.OpError{Op: "accept", Err: syscall.EMFILE}
	g := newGate(&failing{errs: []error{full, full, full, net.ErrClosed}}, addresses,
		access.NewRefusals(slog.New(slog.NewTextHandler(&text, nil)), time.Now), nil, 0)
	for range 4 {
		if _, err := g.Accept(); err == nil {
			t.Error("no error")
		}
	}
	if got := text.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") ||
		!strings.Contains(got, "too many open files") {
		t.Errorf("the log has %q", got)
	}
	if n := g.refusals.Counts()[acceptFailed]; n != 3 {
		t.Errorf("%d are counted", n)
	}
}

func TestThereIsABoundHoweverManyDescriptorsThereAre(t *testing.T) {
	for descriptors, want := range map[uint64][2]int{ // in all, of one address
		0:       {20_000, 1024},
		1:       {2, 1},
		256:     {204, 102},
		20_000:  {16_000, 1024},
		1 << 20: {40_000, 1024},
	} {
		g := newGate(nil, nil, nil, nil, descriptors)
		one, all := 0, 0
		for g.quota.Take(access.Client{Key: "a"}) == access.HasRoom {
			one++
		}
		for all = one; g.quota.Take(access.Client{Key: "proxy", Shared: true}) == access.HasRoom; all++ {
		}
		if one != want[1] || all != want[0] {
			t.Errorf("%d descriptors: %d in all, %d of one address; want %v", descriptors, all, one, want)
		}
	}
	if n := descriptors(); n > 0 && n < 64 {
		t.Errorf("only %d descriptors", n)
	}
}

// TestPartsAreStoppedInReverse holds that each has ended before the one before it is stopped.
func TestPartsAreStoppedInReverse(t *testing.T) {
	g := newGroup(t.Context())
	var order []string
	running := func(name string) part {
		return part{
			name: name,
			stop: func() { order = append(order, "stop "+name) },
			run: func(ctx context.Context) error {
				<-ctx.Done()
				order = append(order, name+" ended")
				return nil
			},
		}
	}
	g.start(running("first"), part{name: "step", stop: func() { order = append(order, "step") }}, running("last"))
	g.stop()
	g.stop() // which does nothing more
	if got := strings.Join(order, ", "); got != "stop last, last ended, step, stop first, first ended" {
		t.Error(got)
	}
}
