package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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
	steady := g.start(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	failing := g.start(func(context.Context) error { return errors.New("out of luck") })
	<-g.ended()
	g.stop(steady)
	g.stop(failing)
	if err := g.failure(); err == nil || err.Error() != "out of luck" {
		t.Errorf("failure = %v", err)
	}
}

func TestPartsOutliveTheSignalUntilTheyAreStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := newGroup(ctx)
	p := g.start(func(ctx context.Context) error { <-ctx.Done(); return nil })
	cancel()
	<-g.ended()
	select {
	case <-p.done:
		t.Error("it ended with the signal")
	default:
	}
	g.stop(p)
	if err := g.failure(); err != nil {
		t.Error(err)
	}
}

func TestOneFolderOneServer(t *testing.T) {
	folder := t.TempDir() + "/new"
	if _, running, err := occupant(folder); running || err != nil {
		t.Errorf("before: %v %v", running, err)
	}
	release, err := occupy(folder, "http://here.test")
	if err != nil {
		t.Fatal(err)
	}
	if at, running, err := occupant(folder); !running || err != nil || at.URL != "http://here.test" || at.PID == 0 {
		t.Errorf("while: %+v %v %v", at, running, err)
	}
	if _, err := occupy(folder, "http://there.test"); err == nil || !strings.Contains(err.Error(), "http://here.test") {
		t.Errorf("the second: %v", err)
	}
	release()
	if _, running, err := occupant(folder); running || err != nil {
		t.Errorf("after: %v %v", running, err)
	}
	again, err := occupy(folder, "http://there.test")
	if err != nil {
		t.Fatal(err)
	}
	again()
}
