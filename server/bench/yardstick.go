//go:build linux

package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// yardstickHandler is the least that a server could do: a net/http handler that reads the body and answers 200. With a
// store it first syncs the body to disk. With a fan-out it also sends a frame to its WebSockets.
type yardstickHandler struct {
	store     func(body []byte) error
	broadcast func(frame []byte) error
	addReader func(*websocket.Conn)

	broadcasting sync.Mutex // keeps the readers' order
	seq          atomic.Int64
}

// yardstick runs a yardstick until it is killed. It has two options:
//
//	-store none|file|sqlite  file: one writer appends all queued bodies, syncs, and answers all of them;
//	                         sqlite: the same with rows of a table, in one transaction
//	-fan none|prepared|bare  prepared: gorilla's PreparedMessage, a channel and a writer goroutine per reader, and
//	                         one message per update; bare: a loop of Write over the readers' connections
func yardstick(args []string) error {
	flags := flag.NewFlagSet("yardstick", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "`address`")
	store := flags.String("store", "none", "none, file or sqlite")
	fan := flags.String("fan", "none", "none, prepared or bare")
	file := flags.String("file", "", "the file of -store")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s := &yardstickHandler{}
	var err error
	switch *store {
	case "file":
		s.store, err = plainLog(*file)
	case "sqlite":
		s.store, err = bareSQLite(*file + ".db")
	}
	if err != nil {
		return err
	}
	switch *fan {
	// Both hubs have the same two methods; without a fan-out both stay nil.
	case "prepared":
		fan := &preparedFan{}
		s.broadcast, s.addReader = fan.send, fan.join
	case "bare":
		fan := &bareFan{}
		s.broadcast, s.addReader = fan.send, fan.join
	}
	// The paths are those of Hookbeam, so that the same load fits both.
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("POST /in/yardstick", s.receive)
	mux.HandleFunc("GET /api/v1/live", s.live)
	return (&http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe()
}

// receive answers like Hookbeam: the response has the same length.
func (s *yardstickHandler) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && s.store != nil {
		err = s.store(body)
	}
	var seq int64
	if err == nil {
		seq, err = s.next()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"id":"dlv_10jabcdefghijklmnopqrstuvwxyz2","seq":` + strconv.FormatInt(seq, 10) + "}\n"))
}

// next returns the next seq and sends its frame, if there is a fan-out. The lock keeps the frames in order.
func (s *yardstickHandler) next() (int64, error) {
	if s.broadcast == nil {
		return s.seq.Add(1), nil
	}
	s.broadcasting.Lock()
	defer s.broadcasting.Unlock()
	seq := s.seq.Add(1)
	return seq, s.broadcast(frame(seq))
}

// live upgrades to a WebSocket and adds it to the fan-out.
func (s *yardstickHandler) live(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	if s.addReader != nil {
		s.addReader(conn)
	}
	go func() { // reading answers pings and notices the end of the connection
		for {
			if _, _, err := conn.NextReader(); err != nil {
				_ = conn.Close()
				return
			}
		}
	}()
}

// frame is a frame with one update, as long as Hookbeam's own, so that both send the same number of bytes.
func frame(seq int64) []byte {
	return fmt.Appendf(nil, `{"from":"abcdefghij.0.%d","to":"abcdefghij.0.%d","head":"abcdefghij.0.%d"`+
		`,"updates":[{"kind":"delivery","seq":%d,`+
		`"delivery":{"id":"dlv_10jabcdefghijklmnopqrstuvwxyz2","seq":%d,"endpoint":"ep_abcdefghijklmnopqrstuvwxyz"`+
		`,"method":"POST","path":"/",`+
		`"content_type":"application/json","size":1024,"verdict":"unsigned"`+
		`,"received_at":"2026-01-31T14:41:10.386Z"}}]}`,
		seq-1, seq, seq, seq, seq)
}

// preparedFan is the usual hub of chat servers: each reader has a channel and a writer goroutine.
type preparedFan struct {
	sync.Mutex
	readers []chan *websocket.PreparedMessage
}

// send waits while a channel is full, so no update is lost.
func (p *preparedFan) send(frame []byte) error {
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, frame)
	if err != nil {
		return err
	}
	p.Lock()
	defer p.Unlock()
	for _, r := range p.readers {
		r <- message
	}
	return nil
}

// join starts the writer goroutine of a reader.
func (p *preparedFan) join(conn *websocket.Conn) {
	// A small buffer, as such hubs have: a slow reader then delays all.
	messages := make(chan *websocket.PreparedMessage, 16)
	p.Lock()
	p.readers = append(p.readers, messages)
	p.Unlock()
	go func() {
		broken := false // continues to receive after an error, so that send never blocks on a closed connection
		for m := range messages {
			broken = broken || conn.WritePreparedMessage(m) != nil
		}
	}()
}

// bareFan writes the frame to one connection after another.
type bareFan struct {
	sync.Mutex
	readers []net.Conn
}

// send writes the frame with a WebSocket header for 126 to 65,535 bytes.
func (b *bareFan) send(frame []byte) error {
	bytes := append([]byte{0x81, 126, byte(len(frame) >> 8), byte(len(frame))}, frame...)
	b.Lock()
	defer b.Unlock()
	for _, r := range b.readers {
		_, _ = r.Write(bytes) // closed connections stay in the list and cost little
	}
	return nil
}

// join adds the raw TCP connection of a reader.
func (b *bareFan) join(conn *websocket.Conn) {
	b.Lock()
	defer b.Unlock()
	b.readers = append(b.readers, conn.NetConn())
}
