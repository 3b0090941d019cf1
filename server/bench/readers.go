//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// headRoom is how much of a frame is looked at: the rest is discarded unseen.
const headRoom = 256

// reader is one WebSocket. All fields but reached belong to the thread of its readers.
type reader struct {
	fd      int
	open    bool         // the upgrade was answered
	again   time.Time    // when to connect again, after the server said that it is too early
	cursor  int64        // the seq at which its last frame ended
	reached atomic.Int64 // cursor, for other threads
	skip    int          // bytes of the current frame still to come that nobody needs
	held    []byte       // an answer's or a frame's first bytes, not yet enough to read
}

// readers are many WebSockets on one thread. They count what they are told from the frames' ranges, and a range that
// does not begin where the last one ended is an error.
type readers struct {
	server  *server
	upgrade []byte    // the request for the upgrade, the same for all
	all     []*reader // the epoll event's number is the index here
	waiting []int     // whom the server told to come back; of the thread
	epoll   int
	opened  atomic.Int64
	told    atomic.Int64 // updates, over all readers
	toldAt  atomic.Int64 // when the last came, in nanoseconds since 1970
	quit    atomic.Bool
	done    sync.WaitGroup
	err     error // of the thread; read after done
}

// readers connects n of them with the cursor after ("" stands for the head) and waits until all are open.
func (s *server) readers(n int, after string) (*readers, error) {
	r, err := s.dialReaders(n, after)
	if err != nil {
		return nil, err
	}
	if err := r.await("all are open", func() bool { return r.opened.Load() == int64(n) }); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (s *server) dialReaders(n int, after string) (*readers, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/live"
	if after != "" {
		path += "?after=" + after
	}
	r := &readers{server: s, epoll: epoll, all: make([]*reader, n)}
	r.upgrade = []byte("GET " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nAuthorization: Bearer " + adminToken +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	for i := range r.all {
		r.all[i] = &reader{fd: -1}
	}
	r.done.Go(r.run)
	for i := range r.all {
		if err := r.connect(i); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

// connect asks for reader i's socket, from an address of its own.
func (r *readers) connect(i int) error {
	fd, err := dialFrom(fmt.Sprintf("127.0.%d.%d", 1+i/200, 1+i%200), r.server.addr)
	if err != nil {
		return err
	}
	r.all[i].fd = fd
	if _, err := syscall.Write(fd, r.upgrade); err != nil {
		return err
	}
	return watch(r.epoll, fd, i)
}

// close cuts all connections.
func (r *readers) close() error {
	r.quit.Store(true)
	r.done.Wait()
	for _, one := range r.all {
		if one.fd >= 0 {
			_ = syscall.Close(one.fd)
		}
	}
	_ = syscall.Close(r.epoll)
	return r.err
}

// await looks every millisecond whether reached is true.
func (r *readers) await(what string, reached func() bool) error {
	for limit := time.Now().Add(readersLimit); !reached(); {
		if time.Now().After(limit) || r.quit.Load() {
			return fmt.Errorf("%s: gave up waiting until %s: %d of %d open, %d updates told", r.server.name, what,
				r.opened.Load(), len(r.all), r.told.Load())
		}
		nap(time.Millisecond)
	}
	return nil
}

func (r *readers) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events := make([]syscall.EpollEvent, 512)
	buffer := make([]byte, 4<<10)
	for !r.quit.Load() {
		n, err := syscall.EpollWait(r.epoll, events, 50)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			r.fail(err)
			return
		}
		for _, e := range events[:max(n, 0)] {
			i := int(e.Fd)
			err := r.receive(r.all[i], buffer)
			if errors.Is(err, errTooEarly) {
				_ = syscall.Close(r.all[i].fd)
				r.all[i].fd = -1
				r.waiting = append(r.waiting, i)
			} else if err != nil {
				r.fail(fmt.Errorf("reader %d: %w", i, err))
				return
			}
		}
		if err := r.comeBack(); err != nil {
			r.fail(err)
			return
		}
	}
}

// comeBack connects those again whose time has come.
func (r *readers) comeBack() error {
	now, rest := time.Now(), r.waiting[:0]
	for n, i := range r.waiting {
		if now.Before(r.all[i].again) {
			rest = append(rest, i)
		} else if err := r.connect(i); err != nil {
			r.waiting = append(rest, r.waiting[n:]...)
			return err
		}
	}
	r.waiting = rest
	return nil
}

// errTooEarly says that a server lets no more sockets in at this moment.
var errTooEarly = errors.New("too early")

// readersLimit is how long readers may take: a server spreads those over seconds that come at once.
const readersLimit = time.Minute

// retryAfter reads how long an answer that refuses asks to wait; 0 where it is no such answer.
func retryAfter(head []byte) time.Duration {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 503 ")) && !bytes.HasPrefix(head, []byte("HTTP/1.1 429 ")) {
		return 0
	}
	_, after, _ := bytes.Cut(head, []byte("\r\nRetry-After: "))
	text, _, _ := bytes.Cut(after, []byte("\r\n"))
	seconds, _ := strconv.Atoi(string(text))
	return time.Duration(seconds) * time.Second
}

func (r *readers) fail(err error) {
	r.err = err
	r.quit.Store(true)
}

// receive takes what one socket has. Of a long frame only the beginning is copied out of the kernel.
func (r *readers) receive(one *reader, buffer []byte) error {
	if one.skip > 0 {
		n, err := discard(one.fd, one.skip)
		if n > 0 {
			one.skip -= n
			return nil
		}
		return ended(err)
	}
	n, err := syscall.Read(one.fd, buffer)
	if n <= 0 {
		return ended(err)
	}
	return r.feed(one, buffer[:n])
}

// feed takes apart what a socket gave; a last piece that is too short to read is held.
func (r *readers) feed(one *reader, text []byte) error {
	if len(one.held) > 0 {
		text = append(one.held, text...)
		one.held = nil
	}
	for len(text) > 0 {
		used, err := r.take(one, text)
		if err != nil {
			return err
		}
		if used == 0 {
			one.held = bytes.Clone(text)
			return nil
		}
		if used > len(text) {
			one.skip = used - len(text)
			return nil
		}
		text = text[used:]
	}
	return nil
}

func ended(err error) error {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return nil
	}
	return errors.Join(err, errors.New("the server closed the socket"))
}

// take reads one answer or frame at the beginning of text and returns its length: more than text has where the rest
// may be skipped, 0 where too little is there to tell.
func (r *readers) take(one *reader, text []byte) (int, error) {
	if !one.open {
		end := bytes.Index(text, []byte("\r\n\r\n"))
		if end < 0 {
			return 0, nil
		}
		if wait := retryAfter(text[:end]); wait > 0 {
			one.again = time.Now().Add(wait)
			return 0, errTooEarly
		}
		if !bytes.HasPrefix(text, []byte("HTTP/1.1 101 ")) {
			return 0, fmt.Errorf("no upgrade: %.300q", text)
		}
		one.open = true
		r.opened.Add(1)
		return end + 4, nil
	}
	header, length := frameHeader(text)
	if header == 0 || (len(text) < header+length && len(text) < headRoom) {
		return 0, nil
	}
	switch text[0] & 0x0f {
	case 1:
		return header + length, r.count(one, text[header:min(len(text), header+length)])
	case 8:
		return 0, fmt.Errorf("the server said goodbye: %q", text[header:min(len(text), header+length)])
	case 9:
		pong := append([]byte{0x8a, 0x80 | byte(length), 0, 0, 0, 0}, text[header:header+length]...)
		_, err := syscall.Write(one.fd, pong)
		return header + length, err
	}
	return header + length, nil
}

// frameHeader returns the lengths of a server's frame header and payload; 0 where more bytes are needed.
func frameHeader(text []byte) (header, length int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch length = int(text[1]); {
	case length == 126 && len(text) >= 4:
		return 4, int(binary.BigEndian.Uint16(text[2:]))
	case length == 127 && len(text) >= 10:
		return 10, int(binary.BigEndian.Uint64(text[2:]))
	case length < 126:
		return 2, length
	}
	return 0, 0
}

func (r *readers) count(one *reader, payload []byte) error {
	head := payload[:min(len(payload), headRoom)]
	from, begins := seqAfter(head, fromKey)
	to, goes := seqAfter(head, toKey)
	if !begins || !goes {
		return fmt.Errorf("a frame without a range: %.200q", payload)
	}
	if one.cursor != 0 && from != one.cursor {
		return fmt.Errorf("a hole: the reader is at %d and the frame begins at %d", one.cursor, from)
	}
	if bytes.Contains(head, resetKey) {
		return errors.New("the server asked for a reset")
	}
	if to > from {
		r.toldAt.Store(time.Now().UnixNano())
		r.told.Add(to - from)
	}
	one.cursor = to
	one.reached.Store(to)
	return nil
}

var (
	fromKey  = []byte(`"from":"`)
	toKey    = []byte(`"to":"`)
	resetKey = []byte(`"reset":true`)
)

// seqAfter reads the last part of the cursor that follows key.
func seqAfter(head, key []byte) (int64, bool) {
	at := bytes.Index(head, key)
	if at < 0 {
		return 0, false
	}
	cursor := head[at+len(key):]
	end := bytes.IndexByte(cursor, '"')
	if end < 0 {
		return 0, false
	}
	var seq int64
	for _, digit := range cursor[bytes.LastIndexByte(cursor[:end], '.')+1 : end] {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		seq = seq*10 + int64(digit-'0')
	}
	return seq, true
}
