package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// codeOf is what a refusal is counted under; "" for none.
func codeOf(err error) string {
	var refused *refusedError
	if errors.As(err, &refused) {
		return refused.counted
	}
	return ""
}

func from(key string) access.Client { return access.Client{Address: key, Key: key} }

func TestOneAddressGetsHalfOfTheRoomAndEachFurtherOneLess(t *testing.T) {
	const most = 1200
	b := newBodies(most, 0)
	// Each address sends bodies of a byte until it is refused.
	for n, want := range []int64{600, 300, 150, 75} {
		c := from(fmt.Sprint(n))
		sent := int64(0)
		for ; b.enter(c, 1, 1) == nil; sent++ {
			if sent > most {
				t.Fatal("there is no end")
			}
		}
		if sent != want {
			t.Errorf("address %d holds %d bytes, want %d", n, sent, want)
		}
		if code := codeOf(b.enter(c, 1, 1)); code != "address_busy" {
			t.Errorf("address %d: %q", n, code)
		}
	}
	for range 100 {
		b.leave(from("0"), 1, 1)
	}
	if err := b.enter(from("3"), 1, 1); err != nil {
		t.Errorf("what one address gives back is not for the others: %v", err)
	}
}

func TestWhatIsAnnouncedIsBoundedByAddressAndTakesNoRoom(t *testing.T) {
	b := newBodies(1000, 0)
	for i := range 5 {
		if err := b.enter(from("a"), 100, 1); err != nil {
			t.Fatalf("body %d: %v", i, err)
		}
	}
	if code := codeOf(b.enter(from("a"), 1, 1)); code != "address_busy" {
		t.Errorf("more than half is announced: %q", code)
	}
	if b.held != 5 {
		t.Errorf("%d bytes are held", b.held)
	}
	for range 50 { // whoever announces as much has the same right
		if err := b.enter(from("b"), 10, 1); err != nil {
			t.Fatal(err)
		}
	}
	proxy := from("proxy")
	proxy.Shared = true
	for range 20 {
		if err := b.enter(proxy, 100, 1); err != nil {
			t.Fatalf("a proxy: %v", err)
		}
	}
}

func TestTheOnlyBodyOfAnAddressMayBeLargerThanItsShare(t *testing.T) {
	b := newBodies(100, 0)
	if err := b.enter(from("a"), 90, 10); err != nil {
		t.Fatal(err)
	}
	if err := b.grow(from("a"), 80); err != nil {
		t.Fatal(err)
	}
	if code := codeOf(b.enter(from("a"), 1, 1)); code != "address_busy" {
		t.Errorf("a second one: %q", code)
	}
	if code := codeOf(b.grow(from("a"), 11)); code != "busy" {
		t.Errorf("more than there is: %q", code)
	}
	if err := b.ready(); err == nil {
		t.Error("it is ready")
	}
	b.leave(from("a"), 90, 90)
	if err := b.ready(); err != nil || b.held != 0 || len(b.senders) != 0 {
		t.Errorf("%v, %d held by %v", err, b.held, b.senders)
	}
}

func TestRequestsOfOneAddressAtOnceAreBounded(t *testing.T) {
	b := newBodies(0, 2)
	for _, c := range []struct{ who, want string }{{"a", ""}, {"a", ""}, {"a", "too_many_at_once"}, {"b", ""}} {
		if code := codeOf(b.enter(from(c.who), 5, 5)); code != c.want {
			t.Errorf("%s: %q, want %q", c.who, code, c.want)
		}
	}
	b.leave(from("a"), 5, 5)
	if err := b.enter(from("a"), 5, 5); err != nil {
		t.Error(err)
	}
}

// TestWhateverIsTakenIsGivenBack does anything in any order.
func TestWhateverIsTakenIsGivenBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	b := newBodies(5000, 5)
	var open []*charge
	for range 100_000 {
		switch random.IntN(3) {
		case 0:
			c := &charge{client: from(fmt.Sprint(random.IntN(20))), announced: random.Int64N(300), held: random.Int64N(100)}
			if b.enter(c.client, c.announced, c.held) == nil {
				open = append(open, c)
			}
		case 1:
			if len(open) > 0 {
				c, n := open[random.IntN(len(open))], random.Int64N(200)
				if b.grow(c.client, n) == nil {
					c.held += n
				}
			}
		default:
			if len(open) > 0 {
				i := random.IntN(len(open))
				b.leave(open[i].client, open[i].announced, open[i].held)
				open = append(open[:i], open[i+1:]...)
			}
		}
		var held int64
		for _, c := range open {
			held += c.held
		}
		if b.held != held || held > 5000 || len(b.senders) > len(open) {
			t.Fatalf("%d held, counted %d, by %d senders", held, b.held, len(b.senders))
		}
	}
}

// TestABodyIsChargedAsItComes looks at what is held between two pieces of one body.
func TestABodyIsChargedAsItComes(t *testing.T) {
	const size = 1 << 20
	d := newDoor(t, hook.Endpoint{MaxBody: size}, func(o *ReceiveOptions) { o.MaxInFlight = 8 << 20 })
	for name, length := range map[string]string{"with a length": fmt.Sprintf("Content-Length: %d", size), "in chunks": "Transfer-Encoding: chunked"} {
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
				for held := int64(0); held < int64(sent); { // until it has come
					d.receive.bodies.mu.Lock()
					held = d.receive.bodies.held
					d.receive.bodies.mu.Unlock()
					if sent == size {
						break
					}
					if held > int64(max(2*sent, firstRead+1)) {
						t.Fatalf("%d bytes are held for %d that came", held, sent)
					}
				}
			}
			if strings.Contains(length, "chunked") {
				_, _ = io.WriteString(conn, "0\r\n\r\n")
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			check(t, err)
			if r := d.stored(t, answer); len(r.Body) != size {
				t.Errorf("kept %d bytes", len(r.Body))
			}
		})
	}
}
