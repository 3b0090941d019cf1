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

// stick is the least that a server could do: an ordinary net/http handler that reads the body and answers 200. With a
// store it syncs a plain file first, with a fan it tells its readers, and nothing else.
type stick struct {
	store func(body []byte) error
	fan   func(frame []byte) error
	join  func(*websocket.Conn)

	telling sync.Mutex // keeps the readers' order
	seq     atomic.Int64
}

// yardstick runs one until it is killed.
//
// It has two options:
//
//	-store none|file|sqlite  file: one writer appends whatever is queued, syncs, and answers all of it;
//	                         sqlite: the same as rows of a table, in one transaction
//	-fan none|prepared|bare  prepared: gorilla's PreparedMessage, one channel and one writer for each reader,
//	                         one message for each update; bare: a loop of Write over the readers' sockets
func yardstick(args []string) error {
	flags := flag.NewFlagSet("yardstick", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "`address`")
	store := flags.String("store", "none", "none, file or sqlite")
	fan := flags.String("fan", "none", "none, prepared or bare")
	file := flags.String("file", "", "the file of -store")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s := &stick{}
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
	case "prepared":
		fan := &preparedFan{}
		s.fan, s.join = fan.tell, fan.join
	case "bare":
		fan := &bareFan{}
		s.fan, s.join = fan.tell, fan.join
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("POST /in/yardstick", s.receive)
	mux.HandleFunc("GET /api/v1/live", s.live)
	return (&http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe()
}

func (s *stick) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && s.store != nil {
		err = s.store(body)
	}
	var seq int64
	if err == nil {
		seq, err = s.tell()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"id":"dlv_10jabcdefghijklmnopqrstuvwxyz2","seq":` + strconv.FormatInt(seq, 10) + "}\n"))
}

func (s *stick) tell() (int64, error) {
	if s.fan == nil {
		return s.seq.Add(1), nil
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	seq := s.seq.Add(1)
	return seq, s.fan(frame(seq))
}

func (s *stick) live(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	if s.join != nil {
		s.join(conn)
	}
	go func() { // answers pings, notices the end
		for {
			if _, _, err := conn.NextReader(); err != nil {
				_ = conn.Close()
				return
			}
		}
	}()
}

// frame is as long as Hookbeam's own frame of one update.
func frame(seq int64) []byte {
	return fmt.Appendf(nil, `{"from":"abcdefghij.0.%d","to":"abcdefghij.0.%d","head":"abcdefghij.0.%d"`+
		`,"updates":[{"kind":"delivery","seq":%d,`+
		`"delivery":{"id":"dlv_10jabcdefghijklmnopqrstuvwxyz2","seq":%d,"endpoint":"ep_abcdefghijklmnopqrstuvwxyz"`+
		`,"method":"POST","path":"/",`+
		`"content_type":"application/json","size":1024,"verdict":"unsigned"`+
		`,"received_at":"2026-01-31T14:41:10.386Z"}}]}`,
		seq-1, seq, seq, seq, seq)
}

// preparedFan is the usual hub: readers have a channel and a writer goroutine each.
type preparedFan struct {
	sync.Mutex
	readers []chan *websocket.PreparedMessage
}

// tell waits where a channel is full, so nothing is lost.
func (p *preparedFan) tell(frame []byte) error {
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

func (p *preparedFan) join(conn *websocket.Conn) {
	messages := make(chan *websocket.PreparedMessage, 16)
	p.Lock()
	p.readers = append(p.readers, messages)
	p.Unlock()
	go func() {
		broken := false // goes on taking, so that the hub never waits for the dead
		for m := range messages {
			broken = broken || conn.WritePreparedMessage(m) != nil
		}
	}()
}

// bareFan writes the frame to one socket after the other.
type bareFan struct {
	sync.Mutex
	readers []net.Conn
}

func (b *bareFan) tell(frame []byte) error {
	bytes := append([]byte{0x81, 126, byte(len(frame) >> 8), byte(len(frame))}, frame...)
	b.Lock()
	defer b.Unlock()
	for _, r := range b.readers {
		_, _ = r.Write(bytes) // the dead stay in the loop and cost little
	}
	return nil
}

func (b *bareFan) join(conn *websocket.Conn) {
	b.Lock()
	defer b.Unlock()
	b.readers = append(b.readers, conn.NetConn())
}
