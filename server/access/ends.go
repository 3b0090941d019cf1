package access

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

// ends knows what hangs on each session: the connections that must not outlive it. Tokens are kept as hashes.
type ends struct {
	mu       sync.Mutex
	sessions map[[sha256.Size]byte]*end
}

// end is what happens when one session ends. It is there only while something hangs on it.
type end struct {
	next  int
	calls map[int]func()
	timer *time.Timer // its absolute end
}

// OnEnd calls f, once, when the session behind r has ended: logged out, in this browser's tab or another, or out of
// time. For a request without a session it does nothing. forget must be called when f is not needed any more.
func (s *Sessions) OnEnd(r *http.Request, f func()) (forget func()) {
	token := s.token(r)
	if token == "" || r.Header.Get("Authorization") != "" {
		return func() {}
	}
	key := sha256.Sum256([]byte(token))
	forget = s.ends.add(key, f)
	// It may have ended between the guard's look and this one.
	who, ok, err := s.Find(r)
	if err != nil || !ok {
		s.ends.now(key)
		return forget
	}
	s.ends.at(key, who.Expires)
	return forget
}

func (e *ends) add(key [sha256.Size]byte, f func()) (forget func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.sessions == nil {
		e.sessions = map[[sha256.Size]byte]*end{}
	}
	one := e.sessions[key]
	if one == nil {
		one = &end{calls: map[int]func(){}}
		e.sessions[key] = one
	}
	id := one.next
	one.next++
	one.calls[id] = f
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if delete(one.calls, id); len(one.calls) == 0 && e.sessions[key] == one {
			e.remove(key, one)
		}
	}
}

// at sets the session's absolute end.
func (e *ends) at(key [sha256.Size]byte, moment time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if one := e.sessions[key]; one != nil && one.timer == nil {
		one.timer = time.AfterFunc(time.Until(moment), func() { e.now(key) })
	}
}

// now ends all that hangs on a session.
func (e *ends) now(key [sha256.Size]byte) {
	e.mu.Lock()
	var calls map[int]func()
	if one := e.sessions[key]; one != nil {
		calls, one.calls = one.calls, nil
		e.remove(key, one)
	}
	e.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

func (e *ends) remove(key [sha256.Size]byte, one *end) {
	if one.timer != nil {
		one.timer.Stop()
	}
	delete(e.sessions, key)
}
