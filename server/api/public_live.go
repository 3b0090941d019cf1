package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// Limits of the WebSockets of public statuses, and of the long polls.
const (
	connsPerLink    = 20
	connsPerAddress = 1000 // many payers may share an address, which may have 1,024 connections
	connsInTotal    = 20_000

	publicHeartbeat    = 20 * time.Second // interval at which the server repeats the status and pings
	publicIdleTimeout  = 65 * time.Second // a page that sends nothing for this long is disconnected
	publicMessageBytes = 256              // size of a message from a page
	publicMessages     = 64               // messages from a page in total; it sends one for each state
	publicWriteTimeout = 10 * time.Second // for one message to a page
)

// tooManyWatchers is the error of a WebSocket over one of the limits.
var tooManyWatchers = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_sockets", RetryAfter: 30 * time.Second,
	Detail: "The limit of live connections is reached. Poll " + prefix + "/status/{token} instead."}

// connLimiter limits concurrent readers of public statuses: per link, per IP address and in total. API has one for
// WebSockets and one for long polls. Its maps contain only what is in use, so their size is bounded by maxTotal.
type connLimiter struct {
	maxTotal   int
	maxPerLink int
	maxPerAddr int // not applied to clients that share an address, such as those behind a proxy

	mu        sync.Mutex
	held      int
	links     map[string]int // by access.Link.Key, which all tokens for one subject share
	addresses map[string]int // by access.Client.Key
	closed    bool           // acquire always fails
	open      sync.WaitGroup // has held members
}

func newConnLimiter(maxTotal, maxPerLink, maxPerAddr int) *connLimiter {
	return &connLimiter{maxTotal: maxTotal, maxPerLink: maxPerLink, maxPerAddr: maxPerAddr,
		links: map[string]int{}, addresses: map[string]int{}}
}

// acquire counts one more reader, until the caller calls release. ok is false if a limit is reached; release is
// then nil.
func (s *connLimiter) acquire(l access.Link, c access.Client) (release func(), ok bool) {
	link := l.Key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.held >= s.maxTotal || s.links[link] >= s.maxPerLink ||
		!c.Shared && s.addresses[c.Key] >= s.maxPerAddr {
		return nil, false
	}
	s.held++
	s.links[link]++
	s.addresses[c.Key]++
	s.open.Add(1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.held--
		decrement(s.links, link)
		decrement(s.addresses, c.Key)
		s.open.Done()
	}, true
}

// count returns how many readers are counted.
func (s *connLimiter) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// decrement counts one less, and removes the key when nothing is left.
func decrement(held map[string]int, key string) {
	if held[key]--; held[key] == 0 {
		delete(held, key)
	}
}

// Watched waits until all WebSockets of public statuses are closed. Call it after Stop, which closes them. It also
// prevents new ones.
func (a *API) Watched() {
	a.statusSockets.mu.Lock()
	a.statusSockets.closed = true
	a.statusSockets.mu.Unlock()
	a.statusSockets.open.Wait()
}

// publicLive opens a WebSocket that sends what a status link shows: at once, on each change, and as a
// heartbeat. Pages of any site may open it, because cookies are ignored and only the token gives access, to
// this one status.
//
// Errors before the upgrade: those of linkOf, "stopping", "too_many_sockets" and "sockets_come_back". The close
// codes afterwards: 1008 when the link expires or is revoked or the page sends too many frames, 1009 after a
// message that is too long, 1011 after an internal error, 1012 when the server stops.
func (a *API) publicLive(w http.ResponseWriter, r *http.Request) {
	l, err := a.linkOf(r)
	if err != nil {
		writeProblem(w, a.Log, err)
		return
	}
	token, form := r.PathValue("token"), publicFormOf(r)
	if a.stopCtx.Err() != nil {
		writeProblem(w, a.Log, serverStopping)
		return
	}
	client := a.Addresses.Client(r, a.Now())
	release, ok := a.statusSockets.acquire(l, client)
	if !ok {
		writeRefused(w, a.Log, a.Refusals, &refusedError{tooManyWatchers, "too_many_watchers", client.Address})
		return
	}
	if err := a.statusAdmission.admit(client, a.Now()); err != nil {
		release()
		writeRefused(w, a.Log, a.Refusals, err)
		return
	}
	ws, err := a.upgrader.Upgrade(metered(w, a.Now), r, nil)
	if err != nil {
		release()
		return // the upgrader has responded
	}
	go func() { // the handler returns, because the HTTP server keeps the request's memory until then
		defer release()
		defer ws.Close()
		a.watch(ws, l, form, token)
	}()
}

// watch sends the status until the page leaves, its link ends, or the server stops. It checks the link before each
// message. The heartbeat is shortened so that it comes at the latest when the link expires.
func (a *API) watch(ws *websocket.Conn, l access.Link, form publicForm, token string) {
	changed := a.PublicStatuses.Watch(l.Endpoint, l.Mode, l.Name())
	defer changed.Close()
	page := &publicPage{api: a, ws: ws, closed: make(chan struct{})}
	go page.listen()
	timer := time.NewTimer(a.heartbeat)
	defer timer.Stop()
	for heartbeat := true; ; {
		if _, err := a.readLink(token); err != nil {
			page.close(websocket.ClosePolicyViolation, "the link is no longer valid")
			break
		}
		t, err := a.publicViewOf(context.Background(), l, form)
		if err != nil {
			page.close(websocket.CloseInternalServerErr, "try again later")
			break
		}
		sent, err := page.send(&t, heartbeat)
		if err != nil {
			break
		}
		if sent {
			timer.Reset(min(a.heartbeat, l.Expires.Sub(a.Now())))
		}
		select {
		case <-changed.C():
			heartbeat = false
			continue
		case <-timer.C:
			heartbeat = true
			continue
		case <-a.stopCtx.Done():
			page.close(websocket.CloseServiceRestart, "restarting")
		case <-page.closed:
		}
		break
	}
	_ = ws.Close()
	<-page.closed
}

// publicPage is a page that watches one status over a WebSocket. watch sends to it, and listen reads in a
// goroutine of its own.
type publicPage struct {
	api    *API
	ws     *websocket.Conn
	closed chan struct{}              // closed when listen returns
	last   atomic.Pointer[publicView] // the last view that was sent; nil at first
}

// send sends t. If the page has it already, send repeats it only as a heartbeat. After every message but the
// first it also sends a ping, so that listen notices a page that has left.
func (p *publicPage) send(t *publicView, heartbeat bool) (sent bool, err error) {
	was := p.last.Swap(t)
	if was != nil && was.tag == t.tag && !heartbeat {
		return false, nil
	}
	deadline := time.Now().Add(publicWriteTimeout)
	if err := p.ws.SetWriteDeadline(deadline); err != nil {
		return false, err
	}
	if err := p.ws.WriteMessage(websocket.TextMessage, t.text); err != nil || was == nil {
		return true, err
	}
	return true, p.ws.WriteControl(websocket.PingMessage, nil, deadline)
}

// close sends a close frame. It does not close the connection.
func (p *publicPage) close(code int, why string) {
	_ = p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why),
		time.Now().Add(closeTimeout))
}

// listen reads from the page until the connection ends, or the page exceeds a limit. The only message with a
// meaning is {"shown": state}: the page has shown a state to a person. It is recorded if the page was sent that
// state.
func (p *publicPage) listen() {
	defer close(p.closed)
	p.ws.SetReadLimit(publicMessageBytes)
	extend := func() { _ = p.ws.SetReadDeadline(time.Now().Add(publicIdleTimeout)) } // if it fails, reading fails, too
	extend()
	p.ws.SetPongHandler(func(string) error { extend(); return nil })
	for range publicMessages {
		_, text, err := p.ws.ReadMessage()
		if errors.Is(err, errTooManyFrames) {
			p.close(websocket.ClosePolicyViolation, err.Error())
			linger(p.ws)
		}
		if err != nil {
			return
		}
		extend()
		var message struct {
			Shown hook.State `json:"shown"`
		}
		if json.Unmarshal(text, &message) != nil || message.Shown == "" {
			continue
		}
		if t := p.last.Load(); t != nil && t.includesState(message.Shown) {
			p.api.PublicStatuses.RecordImpression(t.id, message.Shown, "socket")
		}
	}
}

// newUpgrader returns the upgrader for WebSockets. fail responds to a request that cannot be upgraded. A small
// read buffer and a pool of write buffers keep the memory of idle connections low. Messages are not compressed,
// because the read limit does not bound the size of decompressed messages.
func newUpgrader(fail func(w http.ResponseWriter, reason error)) websocket.Upgrader {
	return websocket.Upgrader{
		ReadBufferSize: 256, WriteBufferPool: &sync.Pool{}, WriteBufferSize: 1024, HandshakeTimeout: 10 * time.Second,
		CheckOrigin: func(*http.Request) bool { return true }, // the guard checks the origin of requests with a session
		Error: func(w http.ResponseWriter, _ *http.Request, _ int, reason error) {
			w.Header().Set("Upgrade", "websocket")
			fail(w, reason)
		},
	}
}
