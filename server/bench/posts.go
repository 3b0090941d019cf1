//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// body is the posted JSON of 1 KiB. Its content is constant, so all rounds and servers get the same work.
func body() string {
	head := `{"id":"evt_3PqR7s2eZvKYlo2C","object":"event","created":1769870470,"type":"payment_intent.succeeded"` +
		`,"data":{"note":"`
	tail := `"}}`
	return head + strings.Repeat("0123456789abcdef", 64)[:1024-len(head)-len(tail)] + tail
}

// post is the complete HTTP request, ready to be written.
func (s *server) post() []byte {
	b := body()
	return []byte("POST " + s.in + " HTTP/1.1\r\nHost: " + s.addr +
		"\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(len(b)) + "\r\n\r\n" + b)
}

// poster is one kept-alive connection that posts. It has at most one request in progress, so a response belongs to the
// last request. It is used by one thread.
type poster struct {
	fd   int       // a raw socket, because net.Conn would add a goroutine switch to each latency
	sent time.Time // when the request in progress was written
	held []byte    // an incomplete response
}

// posters is a closed loop over several connections: each sends the next request as soon as it has a response. One
// thread with epoll is enough to saturate a server, and leaves it the other cores.
type posters struct {
	conns []*poster
	next  func() []byte // returns the next request to send
	epoll int
}

// posters opens n connections to the server. They send the standard request unless next is replaced.
func (s *server) posters(n int) (*posters, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	request := s.post()
	p := &posters{next: func() []byte { return request }, epoll: epoll}
	for i := range n {
		fd, err := dial(s.addr)
		if err == nil {
			p.conns = append(p.conns, &poster{fd: fd})
			err = watch(epoll, fd, i)
		}
		if err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// close closes all connections, also after an error.
func (p *posters) close() {
	for _, c := range p.conns {
		_ = syscall.Close(c.fd)
	}
	_ = syscall.Close(p.epoll)
}

// load is the result of a closed loop: the latency of each request, and the duration of the whole loop.
type load struct {
	times []time.Duration
	took  time.Duration
}

// rate is requests per second.
func (l load) rate() float64 { return float64(len(l.times)) / l.took.Seconds() }

// run keeps all connections busy for d and then waits for the last responses.
func (p *posters) run(d time.Duration) (load, error) {
	// Room for 60,000 requests per second, so that the slice does not grow while measuring.
	return p.loop(int(d.Seconds()*60000), func(_ int, elapsed time.Duration) bool { return elapsed < d })
}

// runCount sends exactly n requests, at least one on each connection, and waits for their responses.
func (p *posters) runCount(n int) (load, error) {
	if n < len(p.conns) {
		return load{}, fmt.Errorf("%d requests are too few for %d connections", n, len(p.conns))
	}
	return p.loop(n, func(sent int, _ time.Duration) bool { return sent < n })
}

// loop keeps all connections busy and then waits for the last responses. After each response it asks more whether to
// send another request, with the number of requests sent and the time since the first. room is the expected number of
// responses. Any response but 200 is an error, because the figures of a server that refuses requests say nothing.
func (p *posters) loop(room int, more func(sent int, elapsed time.Duration) bool) (load, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := time.Now()
	for _, c := range p.conns {
		if err := c.send(p.next()); err != nil {
			return load{}, err
		}
	}
	l := load{times: make([]time.Duration, 0, room)}
	events := make([]syscall.EpollEvent, len(p.conns))
	buffer := make([]byte, 16<<10)
	for waiting := len(p.conns); waiting > 0; {
		// No response within requestTime ends the run: the server hangs.
		n, err := syscall.EpollWait(p.epoll, events, int(requestTime.Milliseconds()))
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return l, errors.Join(err, fmt.Errorf("%d requests have no answer", waiting))
		}
		for _, e := range events[:n] {
			c := p.conns[e.Fd]
			answered, err := c.receive(buffer)
			if err != nil {
				return l, err
			}
			if !answered {
				continue
			}
			now := time.Now()
			l.times = append(l.times, now.Sub(c.sent))
			// At the end each connection stops with its next response, so that no request is lost.
			if sent := len(l.times) + waiting - 1; !more(sent, now.Sub(begin)) {
				waiting--
			} else if err := c.send(p.next()); err != nil {
				return l, err
			}
		}
	}
	l.took = time.Since(begin)
	return l, nil
}

// send writes a request. Requests are smaller than the send buffer of an idle socket, so a partial write is an error.
func (c *poster) send(request []byte) error {
	c.sent = time.Now()
	n, err := syscall.Write(c.fd, request)
	if err == nil && n < len(request) {
		err = errors.New("a request did not fit the socket")
	}
	return err
}

// receive reads what has arrived. answered is true if this completes a response.
func (c *poster) receive(buffer []byte) (answered bool, err error) {
	n, err := syscall.Read(c.fd, buffer)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	if err != nil || n == 0 {
		return false, errors.Join(err, errors.New("the server closed a kept-alive connection"))
	}
	text := buffer[:n]
	if len(c.held) > 0 {
		c.held = append(c.held, text...)
		text = c.held
	}
	// Most responses arrive in one piece, and are then never copied into held.
	whole, err := answerEnds(text)
	if err != nil || whole {
		c.held = c.held[:0]
		return whole, err
	}
	if len(c.held) == 0 {
		c.held = append(c.held, text...)
	}
	return false, nil
}

// answerEnds reports whether text is a complete response with status 200. Only what Hookbeam and the yardsticks send is
// understood: a response with Content-Length.
func answerEnds(text []byte) (bool, error) {
	end := bytes.Index(text, []byte("\r\n\r\n"))
	if end < 0 {
		return false, nil
	}
	head := text[:end]
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return false, fmt.Errorf("the answer is not 200: %.400q", text)
	}
	_, length, found := bytes.Cut(head, []byte("Content-Length: "))
	if !found {
		return false, fmt.Errorf("the answer has no Content-Length: %.400q", head)
	}
	length, _, _ = bytes.Cut(length, []byte("\r\n"))
	size, err := strconv.Atoi(string(length))
	return len(text) >= end+4+size, err
}

// paced is an open loop for d: see pacedWhile.
func (s *server) paced(count, perSecond int, d time.Duration) ([]time.Duration, error) {
	return s.pacedWhile(count, perSecond, func(due time.Duration) bool { return due < d })
}

// pacedWhile is an open loop: it posts perSecond requests per second at fixed times, whatever the answers do, and
// returns each latency from the time the request was due. So a server that stalls is charged for all requests that wait
// meanwhile. Each of count connections has its own thread; a request waits for another's response only if that takes
// longer than count/perSecond. A connection stops when going returns false, which is asked with the time at which the
// next request is due, counted from the first one. Several threads call going.
func (s *server) pacedWhile(count, perSecond int, going func(due time.Duration) bool) ([]time.Duration, error) {
	step := time.Second / time.Duration(perSecond)
	// Connection i sends the requests i, i+count, i+2·count and so on.
	round := time.Duration(count) * step
	all := make([][]time.Duration, count)
	errs := make([]error, count)
	// Time for all threads to start and connect.
	begin := time.Now().Add(20 * time.Millisecond)
	var threads sync.WaitGroup
	for i := range count {
		threads.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			fd, err := dial(s.addr)
			if err != nil {
				errs[i] = err
				return
			}
			defer syscall.Close(fd)
			c, request, buffer := &poster{fd: fd}, s.post(), make([]byte, 4096)
			for at := time.Duration(i) * step; going(at) && errs[i] == nil; at += round {
				due := begin.Add(at)
				sleepThread(time.Until(due))
				if !going(at) { // the load ended during the sleep
					return
				}
				errs[i] = c.exchange(request, buffer)
				all[i] = append(all[i], time.Since(due))
			}
		})
	}
	threads.Wait()
	return slices.Concat(all...), errors.Join(errs...)
}

// postSome posts n requests, one after another.
func (s *server) postSome(n int) error {
	fd, err := dial(s.addr)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	c, request, buffer := &poster{fd: fd}, s.post(), make([]byte, 4096)
	for i := 0; i < n && err == nil; i++ {
		err = c.exchange(request, buffer)
	}
	return err
}

// exchange sends a request on a blocking socket and waits for the response.
func (c *poster) exchange(request, buffer []byte) error {
	if err := c.send(request); err != nil {
		return err
	}
	for limit := time.Now().Add(requestTime); ; {
		if answered, err := c.receive(buffer); answered || err != nil {
			return err
		}
		if time.Now().After(limit) {
			return errors.New("a request has no answer")
		}
	}
}

// percentile returns the latency in milliseconds that a share p of the times does not exceed, or 0 for no times. It
// sorts times.
func percentile(times []time.Duration, p float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	at := min(int(p*float64(len(times))), len(times)-1)
	return float64(times[at].Nanoseconds()) / 1e6
}
