//go:build linux

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// countingServer returns a server that answers 200, and the number of requests that it has received.
func countingServer(t *testing.T) (*server, *atomic.Int64) {
	t.Helper()
	received := &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		received.Add(1)
		_, _ = w.Write([]byte("ok"))
	}))
	t.Cleanup(s.Close)
	return &server{name: "counting", addr: s.Listener.Addr().String(), in: "/"}, received
}

func TestACountedLoopSendsExactlySoManyRequests(t *testing.T) {
	s, received := countingServer(t)
	p, err := s.posters(4)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for i, n := range []int{4, 5, 30} {
		before := received.Load()
		l, err := p.runCount(n)
		if err != nil || len(l.times) != n || received.Load()-before != int64(n) {
			t.Errorf("loop %d: %d of %d were answered and %d received: %v", i, len(l.times), n,
				received.Load()-before, err)
		}
	}
	if _, err := p.runCount(3); err == nil {
		t.Error("3 requests were sent on 4 connections")
	}
}

func TestAPacedLoadSendsNothingAfterItsEnd(t *testing.T) {
	s, received := countingServer(t)
	// Each request asks twice: before the sleep until it is due, and after it.
	for _, asked := range []int64{4, 5} {
		before, left := received.Load(), asked
		times, err := s.pacedWhile(1, 1000, func(time.Duration) bool {
			left--
			return left >= 0
		})
		if err != nil || len(times) != 2 || received.Load()-before != 2 {
			t.Errorf("ended at question %d: %d answers, not 2: %v", asked+1, len(times), err)
		}
	}
}

func TestARebuildHasEndedWhenTheLogSaysSo(t *testing.T) {
	const before = "level=INFO msg=\"checked the database\"\n"
	for _, c := range []struct {
		name, lines   string
		ended, failed bool
	}{
		{"nothing yet", "", false, false},
		{"something else", before, false, false},
		{"the end", before + "level=INFO msg=\"rebuild finished\" follower=statuses position=30000\n", true, false},
		{"a failure", before + "level=ERROR msg=\"rebuild failed; the previous state stays in use\"\n", false, true},
	} {
		ended, err := rebuildEnded([]byte(c.lines))
		if ended != c.ended || (err != nil) != c.failed {
			t.Errorf("%s: ended %v, error %v", c.name, ended, err)
		}
		if err != nil && !strings.Contains(err.Error(), "ERROR") {
			t.Errorf("%s: the error does not have the line: %v", c.name, err)
		}
	}
}
