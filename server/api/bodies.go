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

// Sizes for receiving bodies, in bytes, and the default limit of requests.
const (
	firstRead      = 16 << 10 // first buffer for a body with a Content-Length; most bodies are smaller
	smallRead      = 512      // first buffer for a chunked body
	keptBody       = 64 << 10 // the largest buffer that is kept for later requests
	typicalBody    = 64 << 10 // the server is ready while it has room for a body of this size
	senderRequests = 1024     // concurrent requests of one address
)

// bodyMemory limits the memory for all request bodies while they are received and stored. Receive has one, and
// reserves memory in it with reserve, grow and release.
//
// A request is charged for the bytes of its buffer, which grows as the body arrives. A Content-Length reserves
// no memory; it only counts against what the same address may announce, half of the limit. An address may hold
// at most as much as is free, so a single address gets half of the limit, n addresses 1/(n+1) each, and a new
// address finds room.
type bodyMemory struct {
	limit       int64 // bytes in total; 0: no limit
	maxRequests int   // concurrent requests of one address

	mu      sync.Mutex
	held    int64              // the sum of held of all senders
	refused int                // requests refused for lack of memory since a body was last received completely
	senders map[string]*sender // by access.Client.Key
	sweepAt int                // number of senders at which those without requests are removed
}

// sender is what the concurrent requests of one address use.
type sender struct {
	requests  int
	held      int64 // bytes of their buffers
	announced int64 // the sum of their Content-Lengths
}

// minSweepSenders is the number of senders below which none is removed. An address that sends again and again would
// otherwise be removed and added each time.
const minSweepSenders = 1024

func newBodyMemory(limit int64, maxRequests int) *bodyMemory {
	if maxRequests == 0 {
		maxRequests = senderRequests
	}
	return &bodyMemory{limit: limit, maxRequests: maxRequests, senders: map[string]*sender{}, sweepAt: minSweepSenders}
}

// bodyReservation is what one request holds in bodyMemory. The caller sets client, and bodyMemory the other fields,
// except complete.
type bodyReservation struct {
	client    access.Client
	sender    *sender // nil: nothing is reserved
	announced int64
	held      int64
	complete  bool // set by the caller when the whole body was received
}

// reserve counts a request with its Content-Length, and reserves the first bytes for it. release undoes both.
// If an address has no other request, the request may exceed the share of the address: otherwise a body larger
// than the share could never be received. Errors are refusedErrors with the problems too_many_at_once,
// address_busy and busy.
func (b *bodyMemory) reserve(c *bodyReservation, announced, first int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sender(c.client.Key)
	if !c.client.Shared && s.requests >= b.maxRequests {
		return &refusedError{tooManyRequests, tooManyRequests.Code, c.client.Address}
	}
	if b.limit > 0 && !c.client.Shared && s.requests > 0 && s.announced+announced > b.limit/2 {
		return &refusedError{addressBusy, addressBusy.Code, c.client.Address}
	}
	if err := b.checkFree(s, s.requests == 0, c, first); err != nil {
		return err
	}
	s.requests++
	s.announced += announced
	s.held += first
	b.held += first
	c.sender, c.announced, c.held = s, announced, first
	return nil
}

// grow reserves n more bytes for a request that has a reservation. Errors are those of reserve; the reservation
// is then unchanged.
func (b *bodyMemory) grow(c *bodyReservation, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := c.sender
	if err := b.checkFree(s, s.requests == 1, c, n); err != nil {
		return err
	}
	s.held += n
	b.held += n
	c.held += n
	return nil
}

// checkFree returns nil if n more bytes may be reserved for s, otherwise why not. only says that the request is
// the only one of its address. The caller holds the lock.
func (b *bodyMemory) checkFree(s *sender, only bool, c *bodyReservation, n int64) error {
	if b.limit == 0 {
		return nil
	}
	free := b.limit - b.held - n
	if free < 0 {
		b.refused++
		return &refusedError{busy, busy.Code, c.client.Address}
	}
	if !only && !c.client.Shared && s.held+n > free {
		return &refusedError{addressBusy, addressBusy.Code, c.client.Address}
	}
	return nil
}

// release returns what a request has reserved. Without a reservation it does nothing.
func (b *bodyMemory) release(c *bodyReservation) {
	s := c.sender
	if s == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.complete {
		b.refused = 0
	}
	b.held -= c.held
	s.requests--
	s.held -= c.held
	s.announced -= c.announced
}

// sender returns the sender of key, and adds it if there is none. Senders without requests are removed whenever
// the map has doubled since the last removal, so memory and time depend on the concurrent senders and not on
// how many addresses have ever sent. The caller holds the lock.
func (b *bodyMemory) sender(key string) *sender {
	if s := b.senders[key]; s != nil {
		return s
	}
	if len(b.senders) >= b.sweepAt {
		maps.DeleteFunc(b.senders, func(_ string, s *sender) bool { return s.requests == 0 })
		b.sweepAt = max(minSweepSenders, 2*len(b.senders))
	}
	s := &sender{}
	b.senders[key] = s
	return s
}

// inFlight returns the bytes that are reserved.
func (b *bodyMemory) inFlight() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// ready returns an error if bodies of any sender are refused for lack of memory. Little free memory alone is
// not enough: a body must also have been refused since the last complete one. If small bodies still succeed, a
// server that reports itself as not ready would lose them, too.
func (b *bodyMemory) ready() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	free := b.limit - b.held
	if b.limit > 0 && free < min(typicalBody, b.limit/4) && b.refused > 0 {
		return busy
	}
	return nil
}

// read reads the request body into c, byte for byte, and reserves the memory for it in taken. The caller
// releases taken, also after an error. The buffer starts small and doubles as bytes arrive, so growing copies
// each byte at most twice on average. Errors: body_too_large, body_incomplete, and those of bodyMemory.reserve.
// After an error that leaves a part of the body unread, the connection is closed.
func (rc *Receive) read(
	w http.ResponseWriter, r *http.Request, c *receiveBuffers, taken *bodyReservation, limit int64,
) error {
	c.body = c.body[:0]
	if r.ContentLength > limit {
		return tooLarge(w, limit)
	}
	most, size := limit+1, int64(smallRead) // one byte over the limit, to detect a body that is too large
	if r.ContentLength >= 0 {
		most, size = r.ContentLength+1, firstRead
	}
	size = min(size, most)
	if err := rc.bodies.reserve(taken, max(r.ContentLength, 0), size); err != nil {
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
			taken.complete = true
			return nil
		case err != nil:
			return &hook.Problem{Kind: hook.ErrInvalid, Code: "body_incomplete",
				Detail: "The request body is incomplete or arrived too slowly, so the delivery was not stored. " +
					"Send it again.", Cause: err}
		}
		next := min(2*size, most)
		if err := rc.bodies.grow(taken, next-size); err != nil {
			return closeAndRefuse(w, err)
		}
		size = next
	}
}

// closeAndRefuse returns err, and closes the connection after the response, so that the rest of the body is not read.
func closeAndRefuse(w http.ResponseWriter, err error) error {
	w.Header().Set("Connection", "close")
	return err
}

// The problems of bodyMemory. busy: the memory of all senders together is used up. addressBusy and
// tooManyRequests: one address has reached its own limit.
var (
	busy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: time.Second,
		Detail: "The memory for request bodies is in use, so the delivery was not stored. Try again in a second."}
	addressBusy = &hook.Problem{Kind: hook.ErrUnavailable, Code: "address_busy", RetryAfter: time.Second,
		Detail: "Your IP address uses all the memory for request bodies that it may use, so the delivery was not " +
			"stored. Try again in a second, or send fewer requests at once."}
	tooManyRequests = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_at_once", RetryAfter: time.Second,
		Detail: "Your IP address has too many concurrent requests, so the delivery was not stored. " +
			"Send fewer at once."}
)

// tooLarge returns the problem for a body over the endpoint's limit, and closes the connection after the response.
func tooLarge(w http.ResponseWriter, limit int64) error {
	w.Header().Set("Connection", "close")
	return &hook.Problem{Kind: hook.ErrTooLarge, Code: "body_too_large",
		Detail: fmt.Sprintf("The body is larger than the endpoint's limit of %d bytes. You can raise the limit to %d.",
			limit, hook.MostMaxBody)}
}
