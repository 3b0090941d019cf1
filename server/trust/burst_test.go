package trust_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"
)

// TestABurstIsStoredWholeAndOnce checks the part of R16 that can be counted; make bench ARGS='-only burst' measures how
// long responses take. 200 connections write their requests one after another without waiting for responses
// (pipelining), so the server always has a backlog. Every request must be answered 200, and each delivery must be in
// the log exactly once, with its own event id.
func TestABurstIsStoredWholeAndOnce(t *testing.T) {
	t.Parallel()
	const connections = 200
	each := scaled(100)
	if testing.Short() {
		each = 10
	}
	s := serve(t)
	senders := s.senders()
	answered := make([][]stored, connections)
	var sending sync.WaitGroup
	for i := range connections {
		sending.Go(func() {
			var err error
			if answered[i], err = s.burst(i, each, senders[i%len(senders)]); err != nil {
				t.Errorf("connection %d, after %d of %d answers: %v", i, len(answered[i]), each, err)
			}
		})
	}
	sending.Wait()
	if t.Failed() {
		return
	}
	// Every response must match one delivery in the log, and the other way round.
	log := map[string]delivery{}
	for _, d := range s.list() {
		if _, twice := log[d.ID]; twice {
			t.Errorf("%s is listed twice", d.ID)
		}
		log[d.ID] = d
	}
	if len(log) != connections*each {
		t.Errorf("%d deliveries are in the log, %d were sent", len(log), connections*each)
	}
	for i, all := range answered {
		for n, one := range all {
			d, kept := log[one.ID]
			// Responses come in the order of requests, so the n-th response belongs to the n-th event.
			if event := fmt.Sprintf("evt_%d_%d", i, n); !kept || one.DuplicateOf != 0 || d.Seq != one.Seq ||
				(senders[i%len(senders)].secret != "" && d.Event != event) {
				t.Errorf("%s was answered as %+v, and is kept as %+v", event, one, d)
			}
		}
	}
}

// sender is an endpoint and the headers that make a request valid for it.
type sender struct {
	endpoint
	secret string // empty: nothing is signed
	header func(event, body string) string
}

// senders creates an endpoint for each kind of sender: one with a shared secret, one with signatures (Stripe), and one
// that verifies nothing.
func (s *server) senders() []sender {
	s.t.Helper()
	const secret = "a-secret-that-nobody-guesses"
	facts := func(provider string) map[string]any {
		return map[string]any{"name": "burst-" + provider, "provider": provider, "verify": "enforce",
			"secrets": []any{map[string]any{"label": "live", "value": secret}}}
	}
	return []sender{
		{s.make(facts("generic")), secret, func(event, _ string) string {
			return "X-Webhook-Secret: " + secret + "\r\nWebhook-Id: " + event + "\r\n"
		}},
		{s.make(facts("stripe")), secret, func(_, body string) string {
			return "Stripe-Signature: " + stripeSignature(secret, body) + "\r\n"
		}},
		{s.first(), "", func(_, _ string) string { return "" }},
	}
}

// burst writes n requests on one connection at once and reads the n responses. It returns those read so far with the
// first error or the first status that is not 200.
func (s *server) burst(i, n int, from sender) (all []stored, err error) {
	dialer := net.Dialer{}
	if runtime.GOOS == "linux" { // elsewhere there is one loopback address only
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 3, byte(1+i%20))}
	}
	conn, err := dialer.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(readersTimeout())); err != nil {
		return nil, err
	}
	wrote := make(chan error, 1)
	// Writing does not wait for responses, so it needs its own goroutine.
	go func() {
		out := bufio.NewWriter(conn)
		for k := range n {
			event := fmt.Sprintf("evt_%d_%d", i, k)
			body := fmt.Sprintf(`{"id":%q,"type":"charge.succeeded"}`, event)
			fmt.Fprintf(out, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s",
				path(from.endpoint), s.addr, from.header(event, body), len(body), body)
		}
		wrote <- out.Flush()
	}()
	reader := bufio.NewReader(conn)
	for range n {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return all, err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("answered %s: %s", answer.Status, text)
		}
		if err != nil {
			return all, err
		}
		var one stored
		if err := json.Unmarshal(text, &one); err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, <-wrote
}
