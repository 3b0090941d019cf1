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

// body is the 1 KiB of JSON that is posted.
func body() string {
	head := `{"id":"evt_3PqR7s2eZvKYlo2C","object":"event","created":1769870470,"type":"payment_intent.succeeded"` +
		`,"data":{"note":"`
	tail := `"}}`
	return head + strings.Repeat("0123456789abcdef", 64)[:1024-len(head)-len(tail)] + tail
}

// post is the request, ready to send.
func (s *server) post() []byte {
	b := body()
	return []byte("POST " + s.in + " HTTP/1.1\r\nHost: " + s.addr +
		"\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: " +
		strconv.Itoa(len(b)) + "\r\n\r\n" + b)
}

// poster is one kept-alive connection. It has at most one request under way, so that an answer belongs to the request
// that was sent last. It is used by one thread.
type poster struct {
	fd   int       // a raw socket: net.Conn would add a goroutine's switch to each time
	sent time.Time // when the request under way was written
	held []byte    // the part of an answer that has come so far
}

// posters is a closed loop over several connections on one thread: each sends again as soon as it has its answer. One
// thread with epoll is enough to saturate a server and leaves it the other cores.
type posters struct {
	conns []*poster
	next  func() []byte // the next request
	epoll int
}

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

func (p *posters) close() {
	for _, c := range p.conns {
		_ = syscall.Close(c.fd)
	}
	_ = syscall.Close(p.epoll)
}

// load is what a closed loop did: each request's time, and how long all took.
type load struct {
	times []time.Duration
	took  time.Duration
}

func (l load) rate() float64 { return float64(len(l.times)) / l.took.Seconds() }

// run keeps all connections busy for d and then takes the last answers in. An answer that is not 200 is an error: a
// figure of a server that refuses is worth nothing.
func (p *posters) run(d time.Duration) (load, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := time.Now()
	for _, c := range p.conns {
		if err := c.send(p.next()); err != nil {
			return load{}, err
		}
	}
	l := load{times: make([]time.Duration, 0, int(d.Seconds()*60000))}
	events := make([]syscall.EpollEvent, len(p.conns))
	buffer := make([]byte, 16<<10)
	for waiting := len(p.conns); waiting > 0; {
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
			if now.Sub(begin) >= d {
				waiting--
			} else if err := c.send(p.next()); err != nil {
				return l, err
			}
		}
	}
	l.took = time.Since(begin)
	return l, nil
}

func (c *poster) send(request []byte) error {
	c.sent = time.Now()
	n, err := syscall.Write(c.fd, request)
	if err == nil && n < len(request) {
		err = errors.New("a request did not fit the socket")
	}
	return err
}

// receive reads what is there; answered is true when that completes an answer.
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

// answerEnds reports whether text is a whole answer with status 200.
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

// paced posts per second requests for d whatever the answers do, and measures each from the moment it was due. Each of
// count connections has a thread of its own, so that no request waits for another's answer unless that takes
// count/perSecond.
func (s *server) paced(count, perSecond int, d time.Duration) ([]time.Duration, error) {
	step := time.Second / time.Duration(perSecond)
	round := time.Duration(count) * step
	all := make([][]time.Duration, count)
	errs := make([]error, count)
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
			for due := begin.Add(time.Duration(i) * step); due.Sub(begin) < d && errs[i] == nil; due = due.Add(round) {
				nap(time.Until(due))
				errs[i] = c.exchange(request, buffer)
				all[i] = append(all[i], time.Since(due))
			}
		})
	}
	threads.Wait()
	return slices.Concat(all...), errors.Join(errs...)
}

// postSome posts n times, one after the other.
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

// exchange sends a request on a blocking socket and waits for its answer.
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

// percentile returns the time that the share p of times does not exceed, in milliseconds. It sorts times.
func percentile(times []time.Duration, p float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	at := min(int(p*float64(len(times))), len(times)-1)
	return float64(times[at].Nanoseconds()) / 1e6
}
