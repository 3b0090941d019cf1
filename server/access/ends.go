package access

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// endCallbacks holds the functions to call when a session ends, such as those that close its sockets. Sessions are
// identified by the hash of their token. It holds only sessions that have a callback. Tokens has one as well, in which
// an API token takes the place of a session.
type endCallbacks struct {
	mu       sync.Mutex
	sessions map[[sha256.Size]byte]*sessionCallbacks
}

// sessionCallbacks are the callbacks of one session.
type sessionCallbacks struct {
	nextID int
	calls  map[int]func()
	timer  *time.Timer // fires when the session expires; nil until that time is known
}

// OnEnd calls f once when the session of r has ended: by a logout in any tab, or because it expired. It may call f
// before it returns, if the session has ended already. For a request without a session it does nothing.
//
// The caller must call forget when f is no longer needed. f runs on another goroutine or on the caller's own, and
// without a lock held.
func (s *Sessions) OnEnd(r *http.Request, f func()) (forget func()) {
	token := s.token(r)
	if token == "" || r.Header.Get("Authorization") != "" {
		return func() {}
	}
	key := sha256.Sum256([]byte(token))
	forget = s.onEnd.add(key, f)
	// The session may have ended after the request was authenticated and before f was added.
	who, ok, err := s.Find(r)
	if err != nil || !ok {
		s.onEnd.run(key)
		return forget
	}
	s.onEnd.expireAt(key, who.Expires)
	return forget
}

// add registers a callback of a session. forget removes it again, and may be called more than once.
func (e *endCallbacks) add(key [sha256.Size]byte, f func()) (forget func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sessions == nil {
		e.sessions = map[[sha256.Size]byte]*sessionCallbacks{}
	}
	session := e.sessions[key]
	if session == nil {
		session = &sessionCallbacks{calls: map[int]func(){}}
		e.sessions[key] = session
	}
	id := session.nextID
	session.nextID++
	session.calls[id] = f
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if delete(session.calls, id); len(session.calls) == 0 && e.sessions[key] == session {
			e.remove(key, session)
		}
	}
}

// expireAt runs the callbacks of a session at the time when it expires.
func (e *endCallbacks) expireAt(key [sha256.Size]byte, expires time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if session := e.sessions[key]; session != nil && session.timer == nil {
		session.timer = time.AfterFunc(time.Until(expires), func() { e.run(key) })
	}
}

// run removes the callbacks of a session and calls them, without holding the lock.
func (e *endCallbacks) run(key [sha256.Size]byte) {
	e.mu.Lock()
	var calls map[int]func()
	if session := e.sessions[key]; session != nil {
		calls, session.calls = session.calls, nil
		e.remove(key, session)
	}
	e.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// remove forgets a session and stops its timer. The caller holds mu.
func (e *endCallbacks) remove(key [sha256.Size]byte, session *sessionCallbacks) {
	if session.timer != nil {
		session.timer.Stop()
	}
	delete(e.sessions, key)
}
