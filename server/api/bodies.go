package api

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// The bounds of what is received at once.
const (
	firstRead      = 16 << 10 // bytes that a body is given room for before it has come; most are smaller
	smallRead      = 512      // the same where its length is not announced
	keptBody       = 64 << 10 // the largest buffer that is kept for later requests
	typicalBody    = 64 << 10 // a server that has room for one of these is ready
	senderRequests = 1024     // of one address under way at once
)

// bodyMemory is the memory that all bodies take while they are received and stored. A body is charged as its bytes
// come:
// what a length announces costs its sender nothing but a place among what its own address may announce. An address may
// hold as much as is still free, so one alone gets half of all, n together 1/(n+1) each, and the next one finds room.
type bodyMemory struct {
	most     int64 // in all; 0: no limit
	requests int   // of one address

	mu      sync.Mutex
	held    int64
	refused int                // bodies for which there was no room since the last one came whole
	senders map[string]*sender // by access.Client.Key
	sweepAt int                // how many senders there may be before those without requests are forgotten
}

// sender is what the requests of one address take.
type sender struct {
	requests  int
	held      int64 // bytes of their buffers
	announced int64 // bytes that their lengths say
}

// fewSenders is how many addresses are remembered without a look at which of them still send: to remember the one that
// sends again and again is cheaper than to forget it each time.
const fewSenders = 1024

func newBodyMemory(most int64, requests int) *bodyMemory {
	if requests == 0 {
		requests = senderRequests
	}
	return &bodyMemory{most: most, requests: requests, senders: map[string]*sender{}, sweepAt: fewSenders}
}

// bodyReservation is the memory that one request holds in bodyMemory.
type bodyReservation struct {
	client    access.Client
	sender    *sender // nil: it takes nothing
	announced int64
	held      int64
	whole     bool // the body has come
}

// enter counts a request with the length that it announces, and takes first bytes for it; leave undoes both. The only
// request of an address may take more than the address's share: else a body larger than that could never be sent.
func (b *bodyMemory) enter(c *bodyReservation, announced, first int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sender(c.client.Key)
	if !c.client.Shared && s.requests >= b.requests {
		return &refusedError{tooManyRequests, tooManyRequests.Code, c.client.Address}
	}
	if b.most > 0 && !c.client.Shared && s.requests > 0 && s.announced+announced > b.most/2 {
		return &refusedError{addressBusy, addressBusy.Code, c.client.Address}
	}
	if err := b.room(s, s.requests == 0, c, first); err != nil {
		return err
	}
	s.requests++
	s.announced += announced
	s.held += first
	b.held += first
	c.sender, c.announced, c.held = s, announced, first
	return nil
}

// grow takes n bytes more for a request that has entered.
func (b *bodyMemory) grow(c *bodyReservation, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := c.sender
	if err := b.room(s, s.requests == 1, c, n); err != nil {
		return err
	}
	s.held += n
	b.held += n
	c.held += n
	return nil
}

// room says why there is none for n bytes more.
func (b *bodyMemory) room(s *sender, only bool, c *bodyReservation, n int64) error {
	if b.most == 0 {
		return nil
	}
	free := b.most - b.held - n
	if free < 0 {
		b.refused++
		return &refusedError{busy, busy.Code, c.client.Address}
	}
	if !only && !c.client.Shared && s.held+n > free {
		return &refusedError{addressBusy, addressBusy.Code, c.client.Address}
	}
	return nil
}

// leave gives back what a request took.
func (b *bodyMemory) leave(c *bodyReservation) {
	s := c.sender
	if s == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.whole {
		b.refused = 0
	}
	b.held -= c.held
	s.requests--
	s.held -= c.held
	s.announced -= c.announced
}

// sender returns what is counted for key. Those without requests are forgotten when there are twice as many senders as
// were left the last time, so a million addresses cost no more memory and time than those that send at once.
func (b *bodyMemory) sender(key string) *sender {
	if s := b.senders[key]; s != nil {
		return s
	}
	if len(b.senders) >= b.sweepAt {
		maps.DeleteFunc(b.senders, func(_ string, s *sender) bool { return s.requests == 0 })
		b.sweepAt = max(fewSenders, 2*len(b.senders))
	}
	s := &sender{}
	b.senders[key] = s
	return s
}

func (b *bodyMemory) inFlight() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// ready says where bodies are refused, whoever sends them. While room is short, what became of the newest body tells:
// where small ones still come through, a server that called itself unready would keep them out, too.
func (b *bodyMemory) ready() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	free := b.most - b.held
	if b.most > 0 && free < min(typicalBody, b.most/4) && b.refused > 0 {
		return busy
	}
	return nil
}

// read takes the body into c, byte for byte. Its buffer begins small and is doubled as bytes come, so that every byte
// is copied twice at most. What it takes of rc.bodies is noted in taken, also where it fails.
func (rc *Receive) read(w http.ResponseWriter, r *http.Request, c *call, taken *bodyReservation, limit int64) error {
	c.body = c.body[:0]
	if r.ContentLength > limit {
		return tooLarge(w, limit)
	}
	most, size := limit+1, int64(smallRead) // one more than allowed, so that too much is seen
	if r.ContentLength >= 0 {
		most, size = r.ContentLength+1, firstRead
	}
	size = min(size, most)
	if err := rc.bodies.enter(taken, max(r.ContentLength, 0), size); err != nil {
		return closeAndRefuse(w, err)
	}
	for {
		if int64(cap(c.body)) < size {
			grown := make([]byte, len(c.body), size)
			copy(grown, c.body)
			c.body = grown
		}
		n, err := io.ReadFull(r.Body, c.body[len(c.body):size])
		c.body = c.body[:len(c.body)+n]
		switch {
		case err == nil && int64(len(c.body)) > limit:
			return tooLarge(w, limit)
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && int64(len(c.body)) >= r.ContentLength:
			taken.whole = true
			return nil
		case err != nil:
			return &hook.Problem{Kind: hook.ErrInvalid, Code: "body_incomplete",
				Detail: "The request body is incomplete or arrived too slowly, so the delivery was not stored. Send it again.", Cause: err}
		}
		next := min(2*size, most)
		if err := rc.bodies.grow(taken, next-size); err != nil {
			return closeAndRefuse(w, err)
		}
		size = next
	}
}

// closeAndRefuse closes the connection after the refusal: the rest of the body is not worth reading.
func closeAndRefuse(w http.ResponseWriter, err error) error {
	w.Header().Set("Connection", "close")
	return err
}

var (
	busy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: time.Second,
		Detail: "The memory for request bodies is in use, so the delivery was not stored. Try again in a second."}
	addressBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "address_busy", RetryAfter: time.Second,
		Detail: "Your IP address uses all the memory for request bodies that it may use, so the delivery was not stored. Try again in a second, " +
			"or send fewer requests at once."}
	tooManyRequests = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_at_once", RetryAfter: time.Second,
		Detail: "Your IP address has too many concurrent requests, so the delivery was not stored. Send fewer at once."}
)

func tooLarge(w http.ResponseWriter, limit int64) error {
	w.Header().Set("Connection", "close") // the rest of the body is not worth reading
	return &hook.Problem{Kind: hook.ErrTooLarge, Code: "body_too_large",
		Detail: fmt.Sprintf("The body is larger than the endpoint's limit of %d bytes. You can raise the limit to %d.",
			limit, hook.MostMaxBody)}
}
