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

// The bounds of sockets that watch one status.
const (
	connsPerLink    = 20
	connsPerAddress = 1000 // many payers may share one; it may have 1,024 connections
	connsInTotal    = 20_000

	publicHeartbeat    = 20 * time.Second // how often a page hears that the line is alive
	publicIdleTimeout  = 65 * time.Second // how long it may be silent
	publicMessageBytes = 256              // bytes that it may say at once
	publicMessages     = 64               // messages that it may send in all; it has one for each state
	publicWriteTimeout = 10 * time.Second // for one message to it
)

var tooManyWatchers = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_sockets", RetryAfter: 30 * time.Second,
	Detail: "The limit of live connections is reached. Poll " + prefix + "/status/{token} instead."}

// connLimiter limits concurrent readers of public statuses: per link, per IP address and in total. One limiter counts
// WebSockets, another one long polls.
type connLimiter struct {
	mu        sync.Mutex
	inAll     int
	ofLink    int
	ofAddress int
	held      int
	links     map[string]int // by access.Link.Key: one link has many tokens
	addresses map[string]int // by access.Client.Key
	shut      bool
	open      sync.WaitGroup
}

func newConnLimiter(inAll, ofLink, ofAddress int) *connLimiter {
	return &connLimiter{inAll: inAll, ofLink: ofLink, ofAddress: ofAddress, links: map[string]int{},
		addresses: map[string]int{}}
}

// take counts one more; free undoes it. ok is false where there is no room.
func (s *connLimiter) take(l access.Link, c access.Client) (free func(), ok bool) {
	link := l.Key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut || s.held >= s.inAll || s.links[link] >= s.ofLink || !c.Shared && s.addresses[c.Key] >= s.ofAddress {
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
		release(s.links, link)
		release(s.addresses, c.Key)
		s.open.Done()
	}, true
}

// release counts one less, and forgets what nobody holds.
func release(held map[string]int, key string) {
	if held[key]--; held[key] == 0 {
		delete(held, key)
	}
}

// Watched waits until nobody watches a public status by socket any more, after Stop.
func (a *API) Watched() {
	a.watched.mu.Lock()
	a.watched.shut = true
	a.watched.mu.Unlock()
	a.watched.open.Wait()
}

// publicLive is a socket that tells what a status link shows: at once, on each change, and as a sign of life. Any
// site's
// page may open it: no cookie counts here, the token is all there is, and whoever has it may see this one status.
func (a *API) publicLive(w http.ResponseWriter, r *http.Request) {
	l, err := a.bearer(r)
	if err != nil {
		writeProblem(w, a.Log, err)
		return
	}
	token := r.PathValue("token")
	if a.life.Err() != nil {
		writeProblem(w, a.Log, serverStopping)
		return
	}
	client := a.Addresses.Client(r, a.Now())
	free, ok := a.watched.take(l, client)
	if !ok {
		answerRefused(w, a.Log, a.Refusals, &refusedError{tooManyWatchers, "too_many_watchers", client.Address})
		return
	}
	if err := a.watchers.admit(client, a.Now()); err != nil {
		free()
		answerRefused(w, a.Log, a.Refusals, err)
		return
	}
	ws, err := a.upgrader.Upgrade(metered(w, a.Now), r, nil)
	if err != nil {
		free()
		return // the upgrader has answered
	}
	go func() { // lets go of all that the HTTP server holds for a request
		defer free()
		defer ws.Close()
		a.watch(ws, l, token)
	}()
}

// watch tells a page until the page leaves, its token ends, or the server stops.
func (a *API) watch(ws *websocket.Conn, l access.Link, token string) {
	changed := a.PublicStatuses.Watch(l.Endpoint, l.Mode, l.Subject)
	defer changed.Close()
	page := &publicPage{api: a, ws: ws, gone: make(chan struct{})}
	go page.listen()
	beat := time.NewTimer(a.beat)
	defer beat.Stop()
	for alive := true; ; {
		if _, err := a.link(token); err != nil {
			page.close(websocket.ClosePolicyViolation, "the link is no longer valid")
			break
		}
		t, err := a.publicViewOf(context.Background(), l)
		if err != nil {
			page.close(websocket.CloseInternalServerErr, "try again later")
			break
		}
		sent, err := page.send(&t, alive)
		if err != nil {
			break
		}
		if sent {
			beat.Reset(min(a.beat, l.Expires.Sub(a.Now())))
		}
		select {
		case <-changed.C():
			alive = false
			continue
		case <-beat.C:
			alive = true
			continue
		case <-a.life.Done():
			page.close(websocket.CloseServiceRestart, "restarting")
		case <-page.gone:
		}
		break
	}
	_ = ws.Close()
	<-page.gone
}

// publicPage is the far end of a socket that watches one status.
type publicPage struct {
	api  *API
	ws   *websocket.Conn
	gone chan struct{} // closed when nothing more is heard
	last atomic.Pointer[publicView]
}

// send tells the page; what it knows only where alive is to be shown.
func (p *publicPage) send(t *publicView, alive bool) (sent bool, err error) {
	was := p.last.Swap(t)
	if was != nil && was.tag == t.tag && !alive {
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

func (p *publicPage) close(code int, why string) {
	_ = p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why),
		time.Now().Add(closePatience))
}

// listen hears when the page has shown a state, and that it is still there.
func (p *publicPage) listen() {
	defer close(p.gone)
	p.ws.SetReadLimit(publicMessageBytes)
	patience := func() { _ = p.ws.SetReadDeadline(time.Now().Add(publicIdleTimeout)) } // fails where reading does, too
	patience()
	p.ws.SetPongHandler(func(string) error { patience(); return nil })
	for range publicMessages {
		_, text, err := p.ws.ReadMessage()
		if errors.Is(err, errTooManyFrames) {
			p.close(websocket.ClosePolicyViolation, err.Error())
			linger(p.ws)
		}
		if err != nil {
			return
		}
		patience()
		var said struct {
			Shown hook.State `json:"shown"`
		}
		if json.Unmarshal(text, &said) != nil || said.Shown == "" {
			continue
		}
		if t := p.last.Load(); t != nil && t.includesState(said.Shown) {
			p.api.PublicStatuses.Shown(t.id, said.Shown, "socket")
		}
	}
}

// newUpgrader makes sockets of requests. A small read buffer and shared write buffers are what an idle one costs;
// frames
// are never compressed, for a read limit does not bound what they grow to.
func newUpgrader(fail func(w http.ResponseWriter, reason error)) websocket.Upgrader {
	return websocket.Upgrader{
		ReadBufferSize: 256, WriteBufferPool: &sync.Pool{}, WriteBufferSize: 1024, HandshakeTimeout: 10 * time.Second,
		CheckOrigin: func(*http.Request) bool { return true }, // checked by the guard where a cookie lets in
		Error: func(w http.ResponseWriter, _ *http.Request, _ int, reason error) {
			w.Header().Set("Upgrade", "websocket")
			fail(w, reason)
		},
	}
}
