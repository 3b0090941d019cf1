package server

import (
	"bufio"
	"crypto/rand"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/access"
)

// TestWhatTheHTTPServerRefusesIsCounted sends requests that no handler ever sees, and some whose answers are alike.
func TestWhatTheHTTPServerRefusesIsCounted(t *testing.T) {
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := access.NewRefusalList(time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "1")
		w.Header().Set("Connection", "close")
		http.Error(w, "400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n", 400)
	})
	s := newHTTP(handler, newConnections(nil), quiet)
	s.MaxHeaderBytes = 8 << 10
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(newGate(l, addresses, nil, list, 0)) }()
	defer func() { _ = s.Close(); <-served }()
	for _, c := range []struct {
		request string
		status  int
	}{
		{"no HTTP at all\r\n\r\n", 400},
		{"GET /in/a HTTP/1.1\r\n\r\n", 400}, // without Host
		{"GET /in/%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
		{"GET /in/a HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 32<<10) + "\r\n\r\n", 431},
		{"GET /in/a HTTP/1.1\r\nHost: h\r\n\r\n", 400}, // by the handler
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(conn, c.request) }()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode != c.status {
			t.Errorf("%.40q: %v %v", c.request, answer, err)
		}
		_ = conn.Close()
	}
	want := map[string]int64{access.RequestUnreadable: 3, access.HeadersTooLarge: 1}
	if got := list.Counts(); !maps.Equal(got, want) {
		t.Errorf("counted: %v, want %v", got, want)
	}
}
