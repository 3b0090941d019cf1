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

// headRoom is how many bytes of a frame are examined, which include its range. The rest is discarded unread, so that
// thousands of readers take little CPU.
const headRoom = 256

// reader is one WebSocket. All fields except reached belong to the thread of its readers.
type reader struct {
	fd      int
	open    bool         // the upgrade was accepted
	retryAt time.Time    // when to retry, after the server answered with Retry-After
	cursor  int64        // the seq at which its last frame ended; 0: no frame yet
	reached atomic.Int64 // a copy of cursor for other threads
	unread  int          // remaining bytes of the current frame, to be discarded
	held    []byte       // the beginning of a response or frame that is not complete enough to parse
}

// readers is a set of WebSockets on one thread with epoll. The number of updates received is computed from the ranges
// of frames. A range that does not begin where the last one ended is an error, so a run also checks the contract of
// cursors.
type readers struct {
	server     *server
	upgrade    []byte    // the request for the upgrade, the same for all
	all        []*reader // an epoll event carries the index in this slice
	waiting    []int     // readers that retry later, by index; used by the thread only
	epoll      int
	opened     atomic.Int64
	received   atomic.Int64 // updates received, over all readers
	receivedAt atomic.Int64 // when the last was received, in nanoseconds since 1970
	quit       atomic.Bool
	done       sync.WaitGroup
	err        error // the error that ended the thread; read after done
}

// readers connects n readers with the cursor after (empty: the head of the log) and waits until all are open.
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

// dialReaders is readers without waiting. It starts the thread, which handles responses as they arrive.
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
		// Not connected yet: close skips it.
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

// connect opens a connection for reader i and sends the upgrade. Groups of readers have different loopback addresses,
// so that the server's limits per address do not apply.
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

// close ends the thread and closes all connections without a close frame. It returns the error of the thread, if any.
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

// await checks every millisecond whether the condition reached holds, up to readersLimit. what names the condition in
// the error.
func (r *readers) await(what string, reached func() bool) error {
	for limit := time.Now().Add(readersLimit); !reached(); {
		if time.Now().After(limit) || r.quit.Load() {
			return fmt.Errorf("%s: gave up waiting until %s: %d of %d open, %d updates told", r.server.name, what,
				r.opened.Load(), len(r.all), r.received.Load())
		}
		sleepThread(time.Millisecond)
	}
	return nil
}

// run is the thread: it reads from the WebSockets until quit or an error, and connects refused readers again when their
// time has come.
func (r *readers) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events := make([]syscall.EpollEvent, 512)
	buffer := make([]byte, 4<<10)
	for !r.quit.Load() {
		// The timeout is for quit and for readers that retry.
		n, err := syscall.EpollWait(r.epoll, events, 50)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			r.fail(err)
			return
		}
		for _, e := range events[:max(n, 0)] {
			i := int(e.Fd)
			err := r.receive(r.all[i], buffer)
			// A refused reader connects again later, as a browser does.
			if errors.Is(err, errTooEarly) {
				_ = syscall.Close(r.all[i].fd)
				r.all[i].fd = -1
				r.waiting = append(r.waiting, i)
			} else if err != nil {
				r.fail(fmt.Errorf("reader %d: %w", i, err))
				return
			}
		}
		if err := r.reconnectDue(); err != nil {
			r.fail(err)
			return
		}
	}
}

// reconnectDue connects the waiting readers whose Retry-After has passed.
func (r *readers) reconnectDue() error {
	now, rest := time.Now(), r.waiting[:0]
	for n, i := range r.waiting {
		if now.Before(r.all[i].retryAt) {
			rest = append(rest, i)
		} else if err := r.connect(i); err != nil {
			r.waiting = append(rest, r.waiting[n:]...)
			return err
		}
	}
	r.waiting = rest
	return nil
}

// errTooEarly says that the server accepts no more WebSockets at the moment (429 or 503 with Retry-After).
var errTooEarly = errors.New("too early")

// readersLimit is how long readers may take to connect or to catch up. A server spreads those that arrive at once over
// seconds.
const readersLimit = time.Minute

// retryAfter returns the Retry-After of a refusal, or 0 for any other response.
func retryAfter(head []byte) time.Duration {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 503 ")) && !bytes.HasPrefix(head, []byte("HTTP/1.1 429 ")) {
		return 0
	}
	_, after, _ := bytes.Cut(head, []byte("\r\nRetry-After: "))
	text, _, _ := bytes.Cut(after, []byte("\r\n"))
	seconds, _ := strconv.Atoi(string(text))
	return time.Duration(seconds) * time.Second
}

// fail ends the thread with an error. Only the thread calls it.
func (r *readers) fail(err error) {
	r.err = err
	r.quit.Store(true)
}

// receive reads what one WebSocket has received. Of a long frame only the beginning is copied from the kernel.
func (r *readers) receive(one *reader, buffer []byte) error {
	// The rest of a long frame is not needed: discard it in the kernel.
	if one.unread > 0 {
		n, err := discard(one.fd, one.unread)
		if n > 0 {
			one.unread -= n
			return nil
		}
		return ended(err)
	}
	n, err := syscall.Read(one.fd, buffer)
	if n <= 0 {
		return ended(err)
	}
	return r.parse(one, buffer[:n])
}

// parse parses the bytes of one WebSocket. An incomplete piece at the end is kept in held for the next call.
func (r *readers) parse(one *reader, text []byte) error {
	if len(one.held) > 0 {
		text = append(one.held, text...)
		one.held = nil
	}
	for len(text) > 0 {
		used, err := r.parseNext(one, text)
		if err != nil {
			return err
		}
		// Not enough to parse: wait for more.
		if used == 0 {
			one.held = bytes.Clone(text)
			return nil
		}
		// The frame is longer than what has arrived, but its range is parsed already.
		if used > len(text) {
			one.unread = used - len(text)
			return nil
		}
		text = text[used:]
	}
	return nil
}

// ended turns the error of a read into that of a reader: nil if there is just nothing to read, otherwise the connection
// was closed, which never happens in a valid run.
func ended(err error) error {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return nil
	}
	return errors.Join(err, errors.New("the server closed the socket"))
}

// parseNext parses one response or frame at the beginning of text and returns its length. The length can be more than
// text has; the rest is then discarded as it arrives. It is 0 if text is too short to parse.
func (r *readers) parseNext(one *reader, text []byte) (int, error) {
	// Before the upgrade is accepted, text is an HTTP response.
	if !one.open {
		end := bytes.Index(text, []byte("\r\n\r\n"))
		if end < 0 {
			return 0, nil
		}
		if wait := retryAfter(text[:end]); wait > 0 {
			one.retryAt = time.Now().Add(wait)
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
	// The opcode: text, close or ping (RFC 6455 §5.2). Clients must mask their frames; a mask of zeros leaves the pong
	// as it is.
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

// frameHeader returns the lengths of the header and the payload of a server's frame, which has no mask. The lengths are
// 0 if more bytes are needed.
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

// count checks the range of a frame against the reader's cursor and counts its updates: seqs increase by one, so they
// are the length of the range. A gap and a reset are errors.
func (r *readers) count(one *reader, payload []byte) error {
	// The range and a reset are at the beginning of a frame, before its updates.
	head := payload[:min(len(payload), headRoom)]
	from, begins := seqAfter(head, fromKey)
	to, goes := seqAfter(head, toKey)
	if !begins || !goes {
		return fmt.Errorf("a frame without a range: %.200q", payload)
	}
	// The first frame of a reader may begin anywhere.
	if one.cursor != 0 && from != one.cursor {
		return fmt.Errorf("a gap: the reader is at %d and the frame begins at %d", one.cursor, from)
	}
	if bytes.Contains(head, resetKey) {
		return errors.New("the server asked for a reset")
	}
	// Frames without updates only move the head, and heartbeats not even that.
	if to > from {
		r.receivedAt.Store(time.Now().UnixNano())
		r.received.Add(to - from)
	}
	one.cursor = to
	one.reached.Store(to)
	return nil
}

// The keys of a frame's JSON by which its range is found without decoding it.
var (
	fromKey  = []byte(`"from":"`)
	toKey    = []byte(`"to":"`)
	resetKey = []byte(`"reset":true`)
)

// seqAfter returns the seq of the cursor that follows key. A cursor is the log's epoch, the shard and the seq, with
// dots in between.
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
