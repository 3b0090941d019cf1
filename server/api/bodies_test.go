package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// codeOf returns the code under which a refusal is counted, or "" if err is none.
func codeOf(err error) string {
	var refused *refusedError
	if errors.As(err, &refused) {
		return refused.code
	}
	return ""
}

func from(key string) access.Client { return access.Client{Address: key, Key: key} }

// reserve reserves memory for a new request of c.
func reserve(b *bodyMemory, c access.Client, announced, first int64) (*bodyReservation, error) {
	taken := &bodyReservation{client: c}
	return taken, b.reserve(taken, announced, first)
}

func TestEachAddressGetsHalfOfTheFreeBodyMemory(t *testing.T) {
	const most = 1200
	b := newBodyMemory(most, 0)
	var first []*bodyReservation
	// Each address sends bodies of a byte until it is refused.
	for n, want := range []int64{600, 300, 150, 75} {
		sent := int64(0)
		for ; ; sent++ {
			c, err := reserve(b, from(fmt.Sprint(n)), 1, 1)
			if code := codeOf(err); err != nil && code != "address_busy" || sent > most {
				t.Fatalf("address %d, body %d: %q", n, sent, code)
			}
			if err != nil {
				break
			}
			if n == 0 {
				first = append(first, c)
			}
		}
		if sent != want {
			t.Errorf("address %d holds %d bytes, want %d", n, sent, want)
		}
	}
	for _, c := range first[:100] {
		b.release(c)
	}
	if _, err := reserve(b, from("3"), 1, 1); err != nil {
		t.Errorf("memory that one address releases is not available to others: %v", err)
	}
}

func TestAnnouncedLengthsAreLimitedPerAddressAndReserveNoMemory(t *testing.T) {
	b := newBodyMemory(1000, 0)
	for i := range 5 {
		if _, err := reserve(b, from("a"), 100, 1); err != nil {
			t.Fatalf("body %d: %v", i, err)
		}
	}
	if _, err := reserve(b, from("a"), 1, 1); codeOf(err) != "address_busy" {
		t.Errorf("with more than half announced: %v", err)
	}
	if b.held != 5 {
		t.Errorf("%d bytes are reserved", b.held)
	}
	for range 50 { // another address may announce as much
		if _, err := reserve(b, from("b"), 10, 1); err != nil {
			t.Fatal(err)
		}
	}
	proxy := from("proxy")
	proxy.Shared = true
	for range 20 {
		if _, err := reserve(b, proxy, 100, 1); err != nil {
			t.Fatalf("a shared client: %v", err)
		}
	}
}

func TestOnlyRequestOfAnAddressMayExceedItsShare(t *testing.T) {
	b := newBodyMemory(100, 0)
	c, err := reserve(b, from("a"), 90, 10)
	check(t, err)
	check(t, b.grow(c, 80))
	if _, err := reserve(b, from("a"), 1, 1); codeOf(err) != "address_busy" {
		t.Errorf("a second request: %v", err)
	}
	if err := b.grow(c, 11); codeOf(err) != "busy" {
		t.Errorf("more than the limit: %v", err)
	}
	if err := b.ready(); err == nil {
		t.Error("ready while a body was refused")
	}
	b.release(c)
	if err := b.ready(); err != nil || b.held != 0 {
		t.Errorf("after release: %v, %d bytes held", err, b.held)
	}
}

func TestConcurrentRequestsOfOneAddressAreLimited(t *testing.T) {
	b := newBodyMemory(0, 2)
	last := &bodyReservation{}
	for _, c := range []struct{ who, want string }{
		{"b", ""}, {"a", ""}, {"a", ""}, {"a", "too_many_at_once"}, {"b", ""},
	} {
		taken, err := reserve(b, from(c.who), 5, 5)
		if code := codeOf(err); code != c.want {
			t.Errorf("%s: %q, want %q", c.who, code, c.want)
		}
		if err == nil && c.who == "a" {
			last = taken
		}
	}
	b.release(last)
	if _, err := reserve(b, from("a"), 5, 5); err != nil {
		t.Error(err)
	}
}

// TestIdleSendersAreForgotten sends from a million addresses, a thousand of them at a time.
func TestIdleSendersAreForgotten(t *testing.T) {
	b := newBodyMemory(1<<30, 0)
	var open [1000]*bodyReservation
	for i := range 1_000_000 {
		c, err := reserve(b, from(strconv.Itoa(i)), 10, 10)
		check(t, err)
		if last := open[i%len(open)]; last != nil {
			b.release(last)
		}
		open[i%len(open)] = c
		if n := len(b.senders); n > 2*(len(open)+1)+minSweepSenders {
			t.Fatalf("%d senders are in the map", n)
		}
	}
	if b.held != 10*int64(len(open)) {
		t.Errorf("%d bytes are reserved", b.held)
	}
}

// TestBodyMemoryIsReleasedCompletely reserves, grows and releases in random order.
func TestBodyMemoryIsReleasedCompletely(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	b := newBodyMemory(5000, 5)
	var open []*bodyReservation
	for range 100_000 {
		switch random.IntN(3) {
		case 0:
			if c, err := reserve(b, from(fmt.Sprint(random.IntN(20))), random.Int64N(300),
				random.Int64N(100)); err == nil {
				open = append(open, c)
			}
		case 1:
			if len(open) > 0 {
				_ = b.grow(open[random.IntN(len(open))], random.Int64N(200))
			}
		default:
			if len(open) > 0 {
				i := random.IntN(len(open))
				b.release(open[i])
				open = append(open[:i], open[i+1:]...)
			}
		}
		var held int64
		for _, c := range open {
			held += c.held
		}
		if b.held != held || held > 5000 {
			t.Fatalf("%d bytes are reserved, counted as %d", held, b.held)
		}
	}
	for _, c := range open {
		b.release(c)
	}
	for key, s := range b.senders {
		if *s != (sender{}) {
			t.Errorf("%s still has %+v", key, *s)
		}
	}
}

// TestBodyMemoryIsReservedAsBytesArrive compares the reserved memory with the bytes that were sent so far.
func TestBodyMemoryIsReservedAsBytesArrive(t *testing.T) {
	const size = 1 << 20
	d := newTestReceiver(t, hook.Endpoint{MaxBody: size}, func(o *ReceiveOptions) { o.MaxInFlight = 8 << 20 })
	for name, length := range map[string]string{"with a length": fmt.Sprintf("Content-Length: %d", size),
		"in chunks": "Transfer-Encoding: chunked"} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", d.Listener.Addr().String())
			check(t, err)
			defer conn.Close()
			write := func(text string) {
				if strings.Contains(length, "chunked") {
					text = fmt.Sprintf("%x\r\n%s\r\n", len(text), text)
				}
				_, err := io.WriteString(conn, text)
				check(t, err)
			}
			fmt.Fprintf(conn, "POST /in/%s HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n", d.endpoint.Slug, length)
			for sent := 0; sent < size; {
				piece := min(100_000, size-sent)
				write(strings.Repeat("x", piece))
				sent += piece
				for held := int64(0); held < int64(sent); { // until it was received
					d.receive.bodies.mu.Lock()
					held = d.receive.bodies.held
					d.receive.bodies.mu.Unlock()
					if sent == size {
						break
					}
					if held > int64(max(2*sent, firstRead+1)) {
						t.Fatalf("%d bytes are reserved after %d were received", held, sent)
					}
				}
			}
			if strings.Contains(length, "chunked") {
				_, _ = io.WriteString(conn, "0\r\n\r\n")
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			check(t, err)
			if r := d.stored(t, answer); len(r.Body) != size {
				t.Errorf("stored %d bytes", len(r.Body))
			}
		})
	}
}
