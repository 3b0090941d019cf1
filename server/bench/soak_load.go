//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// soakLoad is all that a soak does to the server. Its methods run until their context ends. A failure is counted and
// logged, and the load goes on: a soak says how often something fails, and not only that it does.
type soakLoad struct {
	shop  *shop   // payment events go here
	plain *server // the same server; posts go to the endpoint of the first start

	sent, asked, failed atomic.Int64 // deliveries, other requests and sockets, and failures among both

	mu    sync.Mutex
	times []time.Duration // from when a delivery was due to its answer
}

// fail counts a failure. What ends because the soak ends is none.
func (l *soakLoad) fail(ctx context.Context, what string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	if n := l.failed.Add(1); n <= 100 { // a server that is gone would fill the disk with lines
		fmt.Fprintf(os.Stderr, "soak: %s %s: %v\n", time.Now().Format(time.TimeOnly), what, err)
	}
}

// send sends each soakLanes-th delivery at its time. Of 20 deliveries of a lane 10 are payment events, and one of these
// is sent twice.
func (l *soakLoad) send(ctx context.Context, lane int) {
	const step = time.Second / soakRate
	begin, c, buffer := time.Now(), (*poster)(nil), make([]byte, 16<<10)
	defer func() { c.close() }()
	plain, again := l.plain.post(), []byte(nil)
	next := l.laneOfPayments(lane)
	for i := lane; ctx.Err() == nil; i += soakLanes {
		due := begin.Add(time.Duration(i) * step)
		if !sleepUntil(ctx, due) {
			return
		}
		request := plain
		switch n := i / soakLanes; {
		case n%20 == 19 && again != nil:
			request = again
		case n%2 == 0:
			request = next()
			again = request
		}
		var err error
		if c == nil {
			c, err = l.plain.poster()
		}
		if err == nil {
			err = c.exchange(request, buffer)
		}
		l.sent.Add(1)
		if err != nil {
			c.close()
			c = nil
			l.fail(ctx, "delivery", err)
			continue
		}
		took := time.Since(due)
		l.mu.Lock()
		l.times = append(l.times, took)
		l.mu.Unlock()
	}
}

// laneOfPayments returns a function that makes the events of a lane's payments: eight payments at a time, each with its
// stages and two refunds.
func (l *soakLoad) laneOfPayments(lane int) func() []byte {
	const together, events = 8, 5
	i := -1
	return func() []byte {
		i++
		round := i / (together * events)
		return l.shop.paymentEvent((round*together+i%together)*soakLanes+lane, i/together%events)
	}
}

// poster opens a connection for deliveries.
func (s *server) poster() (*poster, error) {
	fd, err := dial(s.addr)
	if err != nil {
		return nil, err
	}
	return &poster{fd: fd}, nil
}

// close closes the connection of a poster, if there is one.
func (c *poster) close() {
	if c != nil {
		_ = syscall.Close(c.fd)
	}
}

// stay keeps WebSockets open until the end, and opens them again if they break.
func (l *soakLoad) stay(ctx context.Context) {
	for ctx.Err() == nil {
		r, err := l.plain.readers(soakStaying, "")
		if err != nil {
			l.fail(ctx, "sockets", err)
			sleepUntil(ctx, time.Now().Add(time.Second))
			continue
		}
		l.asked.Add(soakStaying)
		for !r.quit.Load() && sleepUntil(ctx, time.Now().Add(time.Second)) {
		}
		l.fail(ctx, "sockets", r.close())
	}
}

// comeAndGo opens a group of WebSockets, closes them after some seconds without a close frame, and opens them again
// with a cursor from before.
func (l *soakLoad) comeAndGo(ctx context.Context) {
	client, after := l.client(), ""
	for ctx.Err() == nil {
		r, err := l.plain.readers(soakGroup, after)
		l.asked.Add(soakGroup)
		if err != nil {
			l.fail(ctx, "sockets that come and go", err)
			after = ""
			sleepUntil(ctx, time.Now().Add(time.Second))
			continue
		}
		sleepUntil(ctx, time.Now().Add(time.Duration(3+rand.IntN(12))*time.Second))
		var answer struct{ To string }
		err = l.ask(ctx, client, "/api/v1/updates?wait=0s", &answer)
		l.fail(ctx, "the cursor of sockets that come and go", err)
		after = answer.To
		l.fail(ctx, "sockets that come and go", r.close())
		sleepUntil(ctx, time.Now().Add(time.Duration(rand.IntN(2000))*time.Millisecond))
	}
}

// client is an HTTP client that opens a connection for each request.
func (l *soakLoad) client() *http.Client {
	return &http.Client{Timeout: 2 * requestTime, Transport: &http.Transport{DisableKeepAlives: true}}
}

// ask requests a path as administrator and decodes the JSON of the answer, unless into is nil. Any answer but 200 is an
// error.
func (l *soakLoad) ask(ctx context.Context, client *http.Client, path string, into any) error {
	l.asked.Add(1)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+l.plain.addr+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %.300s", path, answer.Status, body)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// pollerPaths are what pollers ask for beside updates, in turn.
var pollerPaths = []string{"/api/v1/deliveries?limit=20", "/api/v1/statuses?limit=20", "/api/v1/operations?range=1h",
	"/metrics", "/api/v1/deliveries?verdict=rejected&limit=5", "/api/v1/statuses/counts", "/api/v1/server", "/readyz"}

// poll is client n, which asks for updates about once a second. After some tens of requests it goes, and another one
// takes its place without a cursor. A gap in the updates is a failure.
func (l *soakLoad) poll(ctx context.Context, n int) {
	client := l.client()
	for ctx.Err() == nil {
		after := ""
		for i := range 20 + rand.IntN(40) {
			if !sleepUntil(ctx, time.Now().Add(time.Duration(500+rand.IntN(1000))*time.Millisecond)) {
				return
			}
			if i%4 == 3 {
				path := pollerPaths[(n+i)%len(pollerPaths)]
				err := l.ask(ctx, client, path, nil)
				l.fail(ctx, "poller", err)
				continue
			}
			var frame struct {
				From, To string
				Reset    bool
			}
			path := "/api/v1/updates?wait=2s"
			if after != "" {
				path += "&after=" + url.QueryEscape(after)
			}
			err := l.ask(ctx, client, path, &frame)
			if err == nil && after != "" && (frame.Reset || frame.From != after) {
				err = fmt.Errorf("a gap: the client is at %s and the frame begins at %s (reset: %v)", after, frame.From,
					frame.Reset)
			}
			l.fail(ctx, "poller", err)
			after = frame.To
		}
	}
}

// watchPayments opens one status page after another, as a payer's browser does: the page, and then its WebSocket.
func (l *soakLoad) watchPayments(ctx context.Context, n int) {
	client := l.client()
	for i := n; sleepUntil(ctx, time.Now().Add(time.Duration(rand.IntN(1000))*time.Millisecond)); i += soakPayers {
		token := l.shop.token(fmt.Sprintf("order/10-%d", i))
		l.fail(ctx, "status page", l.ask(ctx, client, "/status/"+token, nil))
		l.asked.Add(1)
		ws, answer, err := (&websocket.Dialer{HandshakeTimeout: requestTime}).DialContext(ctx,
			"ws://"+l.plain.addr+"/api/v1/status/"+token+"/live", nil)
		if err != nil {
			l.fail(ctx, "socket of a status page", err)
			continue
		}
		_ = answer.Body.Close()
		limit := time.Now().Add(time.Duration(2+rand.IntN(8)) * time.Second)
		_ = ws.SetReadDeadline(limit)
		for err == nil && ctx.Err() == nil {
			_, _, err = ws.ReadMessage()
		}
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			l.fail(ctx, "socket of a status page", err)
		}
		_ = ws.Close()
	}
}

// forge sends what must be refused, ten times a second: a payment event with a wrong signature (401), and a request to
// a URL that no endpoint has (404).
func (l *soakLoad) forge(ctx context.Context) {
	client := l.client()
	for i := 0; sleepUntil(ctx, time.Now().Add(100*time.Millisecond)); i++ {
		path, want := l.shop.in, http.StatusUnauthorized
		if i%2 == 1 {
			path, want = "/in/nobody-0000000000000000", http.StatusNotFound
		}
		l.asked.Add(1)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.plain.addr+path,
			bytes.NewReader(fmt.Appendf(nil, `{"id":"evt_forged_%d","type":"payment_intent.succeeded"}`, i)))
		if err != nil {
			l.fail(ctx, "forgery", err)
			continue
		}
		r.Header.Set("Stripe-Signature", fmt.Sprintf("t=%d,v1=%064d", time.Now().Unix(), i))
		answer, err := client.Do(r)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode != want {
				err = fmt.Errorf("POST %s: %s, not %d", path, answer.Status, want)
			}
		}
		l.fail(ctx, "forgery", err)
	}
}

// print writes what was sent and how long it took.
func (l *soakLoad) print(to io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(to, "%d deliveries (%d answered), from due to answer: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms; "+
		"%d other requests and sockets; %d failed\n", l.sent.Load(), len(l.times), percentile(l.times, 0.5),
		percentile(l.times, 0.99), percentile(l.times, 0.999), l.asked.Load(), l.failed.Load())
}

// askOwner makes a call on the control channel of a data folder, which only its owner can use, and decodes the answer.
func askOwner(data, path string, into any) error {
	socket := filepath.Join(data, "hookbeam.sock")
	client := &http.Client{Timeout: startLimit, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}}}
	answer, err := client.Get("http://localhost" + path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// sleepUntil sleeps until t, and reports false at once if ctx ends before.
func sleepUntil(ctx context.Context, t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// sortedNames returns the paths of files in order.
func sortedNames(f fileSizes) []string { return slices.Sorted(maps.Keys(f)) }
