package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/hook"
)

// shelf keeps sessions and logins in memory, as a far end.
type shelf struct {
	mu       sync.Mutex
	sessions map[string][]byte
	expires  map[string]time.Time
	logins   map[[32]byte]time.Time
	writes   int
	broken   error
}

func newShelf() *shelf {
	return &shelf{sessions: map[string][]byte{}, expires: map[string]time.Time{}, logins: map[[32]byte]time.Time{}}
}

func (s *shelf) FindCtx(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.sessions[token]
	return b, ok && time.Now().Before(s.expires[token]), s.broken
}

func (s *shelf) CommitCtx(_ context.Context, token string, b []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[token], s.expires[token] = b, expires
	s.writes++
	return s.broken
}

func (s *shelf) TouchCtx(_ context.Context, token string, b []byte, expires time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.sessions[token]
	if ok {
		s.sessions[token], s.expires[token] = b, expires
		s.writes++
	}
	return ok, s.broken
}

func (s *shelf) DeleteCtx(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, token)
	return s.broken
}

func (s *shelf) AddLogin(_ context.Context, hash [32]byte, expires time.Time) error {
	s.logins[hash] = expires
	return s.broken
}

func (s *shelf) TakeLogin(_ context.Context, hash [32]byte, now time.Time) (bool, error) {
	expires, ok := s.logins[hash]
	delete(s.logins, hash)
	return ok && now.Before(expires), s.broken
}

// begin logs in and returns the cookie.
func begin(t *testing.T, s *Sessions, brought ...*http.Cookie) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.Begin(w, asking(brought...)); err != nil {
		t.Fatal(err)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies were set, want one", len(cookies))
	}
	return cookies[0]
}

func asking(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	return r
}

func found(t *testing.T, s *Sessions, cookies ...*http.Cookie) bool {
	t.Helper()
	_, ok, err := s.Find(asking(cookies...))
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestTheCookieIsAsStrictAsTheConnectionAllows(t *testing.T) {
	const lax, strict = http.SameSiteLaxMode, http.SameSiteStrictMode
	for url, want := range map[string]http.Cookie{
		"https://example.com/hooks/":  {Name: "__Host-hookbeam", Path: "/", Secure: true, SameSite: lax},
		"http://127.0.0.1:8080":       {Name: "hookbeam_8080", Path: "/", SameSite: strict},
		"http://localhost:9000/hooks": {Name: "hookbeam_9000", Path: "/hooks/", SameSite: strict},
	} {
		c := begin(t, NewSessions(newShelf(), site(t, url)))
		if c.Name != want.Name || c.Path != want.Path || c.Secure != want.Secure || c.SameSite != want.SameSite ||
			!c.HttpOnly || c.Domain != "" {
			t.Errorf("%s: %s", url, c.Raw)
		}
		if len(c.Value) < 43 { // 256 bits in base64
			t.Errorf("%s: the token has %d characters", url, len(c.Value))
		}
	}
}

func TestTheTokenIsNotStored(t *testing.T) {
	kept := newShelf()
	c := begin(t, NewSessions(kept, site(t, "http://localhost/")))
	for token, content := range kept.sessions {
		if strings.Contains(token, c.Value) || strings.Contains(string(content), c.Value) {
			t.Error("the store holds the token in clear")
		}
	}
}

func TestLoggingInRotatesTheToken(t *testing.T) {
	s := NewSessions(newShelf(), site(t, "http://localhost/"))
	first := begin(t, s)
	second := begin(t, s, first)
	if first.Value == second.Value {
		t.Error("the token stayed")
	}
	if found(t, s, first) {
		t.Error("the old token still works")
	}
	if !found(t, s, second) {
		t.Error("the new token does not work")
	}
}

func TestATokenThatNobodyGaveIsNotTaken(t *testing.T) {
	s := NewSessions(newShelf(), site(t, "http://localhost/"))
	planted := &http.Cookie{Name: "hookbeam_80", Value: "planted-by-somebody-else"}
	if found(t, s, planted) {
		t.Error("an unknown token was found")
	}
	if c := begin(t, s, planted); c.Value == planted.Value {
		t.Error("the planted token became a session's")
	}
	if found(t, s, planted) {
		t.Error("the planted token works after the login")
	}
}

func TestLoggingOutEndsTheSession(t *testing.T) {
	s := NewSessions(newShelf(), site(t, "http://localhost/"))
	c := begin(t, s)
	w := httptest.NewRecorder()
	if err := s.End(w, asking(c)); err != nil {
		t.Fatal(err)
	}
	if found(t, s, c) {
		t.Error("the session is still there")
	}
	if set := w.Result().Cookies(); len(set) != 1 || set[0].MaxAge >= 0 || set[0].Path != "/" {
		t.Errorf("the browser is not told to forget it: %v", set)
	}
}

func TestAnIdleSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions(newShelf(), site(t, "http://localhost/"))
		c := begin(t, s)
		time.Sleep(sessionIdle - time.Hour)
		if !found(t, s, c) {
			t.Fatal("it ended before its time")
		}
		time.Sleep(sessionIdle - time.Hour)
		if !found(t, s, c) {
			t.Fatal("using it did not keep it")
		}
		time.Sleep(sessionIdle + time.Second)
		if found(t, s, c) {
			t.Error("it did not end")
		}
	})
}

func TestABusySessionEndsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions(newShelf(), site(t, "http://localhost/"))
		c := begin(t, s)
		began := time.Now()
		for time.Since(began) < sessionLife-24*time.Hour {
			time.Sleep(24 * time.Hour)
			if !found(t, s, c) {
				t.Fatalf("it ended after %v", time.Since(began))
			}
		}
		time.Sleep(25 * time.Hour)
		if found(t, s, c) {
			t.Error("it outlived its absolute end")
		}
	})
}

func TestABusySessionIsSeldomWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := newShelf()
		s := NewSessions(kept, site(t, "http://localhost/"))
		c := begin(t, s)
		for range 3600 {
			time.Sleep(time.Second)
			found(t, s, c)
		}
		if kept.writes > 7 {
			t.Errorf("%d writes in an hour of requests, want 7 at most", kept.writes)
		}
	})
}

// leaving is a store in which somebody logs out just after a session was read.
type leaving struct {
	*shelf
	leave func()
}

func (l *leaving) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	content, found, err := l.shelf.FindCtx(ctx, token)
	if leave := l.leave; leave != nil {
		l.leave = nil
		leave()
	}
	return content, found, err
}

func TestARequestUnderWayDoesNotUndoALogout(t *testing.T) {
	for name, leave := range map[string]func(*Sessions, *http.Cookie) error{
		"logging out": func(s *Sessions, c *http.Cookie) error { return s.End(httptest.NewRecorder(), asking(c)) },
		"logging in":  func(s *Sessions, c *http.Cookie) error { return s.Begin(httptest.NewRecorder(), asking(c)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				kept := &leaving{shelf: newShelf()}
				s := NewSessions(kept, site(t, "http://localhost/"))
				c := begin(t, s)
				time.Sleep(touchEvery + time.Second)
				kept.leave = func() {
					if err := leave(s, c); err != nil {
						t.Error(err)
					}
				}
				if found(t, s, c) {
					t.Error("the request under way went on as if nothing had happened")
				}
				if found(t, s, c) {
					t.Error("the session came back")
				}
			})
		})
	}
}

func TestTheGateTellsWhoIsAsking(t *testing.T) {
	kept := newShelf()
	token, err := NewToken("an administrator's token")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSessions(kept, site(t, "http://localhost/"))
	g := &Gate{Token: token, Sessions: s}
	session := begin(t, s)
	for _, c := range []struct {
		name, authorization string
		cookie              *http.Cookie
		ok, byCookie        bool
	}{
		{"nobody", "", nil, false, false},
		{"the token", "Bearer an administrator's token", nil, true, false},
		{"the token, in other letters", "bearer an administrator's token", nil, true, false},
		{"the token without a scheme", "an administrator's token", nil, false, false},
		{"the token by another scheme", "Basic an administrator's token", nil, false, false},
		{"one letter off", "Bearer an administrator's tokem", nil, false, false},
		{"a part of the token", "Bearer an administrator", nil, false, false},
		{"an empty token", "Bearer ", nil, false, false},
		{"a session", "", session, true, true},
		{"a session and a wrong token", "Bearer wrong", session, false, false},
		{"an unknown session", "", &http.Cookie{Name: session.Name, Value: "unknown"}, false, false},
		{"a session under another name", "", &http.Cookie{Name: "hookbeam_81", Value: session.Value}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := asking()
			if c.cookie != nil {
				r = asking(c.cookie)
			}
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			who, err := g.Who(r)
			if (err == nil) != c.ok || who.Cookie != c.byCookie {
				t.Errorf("Who = %+v, %v", who, err)
			}
			if err != nil && !errors.Is(err, hook.ErrUnauthenticated) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	empty := asking()
	empty.Header.Set("Authorization", "Bearer ")
	if _, err := (&Gate{Sessions: s}).Who(empty); err == nil {
		t.Error("without a token set, an empty one passed")
	}
}

func TestABrokenStoreIsNoLogin(t *testing.T) {
	kept := newShelf()
	s := NewSessions(kept, site(t, "http://localhost/"))
	c := begin(t, s)
	kept.broken = fmt.Errorf("disk on fire")
	if _, err := (&Gate{Sessions: s}).Who(asking(c)); err == nil || errors.Is(err, hook.ErrUnauthenticated) {
		t.Errorf("Who = %v, want the store's error", err)
	}
}

func TestShortTokensAreRefused(t *testing.T) {
	for value, ok := range map[string]bool{
		"": true, "123456789012345": false, "1234567890123456": true, "ääääääääääääääää": true, "ääääääää": false,
		" 1234567890123456": false, "1234567890123456\n": false,
	} {
		if _, err := NewToken(value); (err == nil) != ok {
			t.Errorf("NewToken(%q) = %v", value, err)
		}
	}
	if (Token{}).Match("") {
		t.Error("no token matches the empty one")
	}
}

func TestALoginWorksOnceAndNotForLong(t *testing.T) {
	now := noon
	kept := newShelf()
	l := &Logins{
		Store:  kept,
		Random: strings.NewReader(strings.Repeat("0123456789abcdef", 2)),
		Now:    func() time.Time { return now },
	}
	take := func(code string) error { return l.Take(t.Context(), code) }
	first, err := l.New(t.Context())
	if err != nil || len(first) != 26 {
		t.Fatalf("New = %q, %v", first, err)
	}
	if err := take(" " + strings.ToUpper(first) + "\n"); err != nil {
		t.Errorf("as a person types it: %v", err)
	}
	if err := take(first); !errors.Is(err, hook.ErrUnauthenticated) {
		t.Errorf("the second time: %v", err)
	}
	second, err := l.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(LoginLife)
	if err := take(second); !errors.Is(err, hook.ErrUnauthenticated) {
		t.Errorf("after its time: %v", err)
	}
	for _, code := range []string{"", "nonsense", strings.Repeat("a", 26)} {
		if err := take(code); !errors.Is(err, hook.ErrUnauthenticated) {
			t.Errorf("Take(%q) = %v", code, err)
		}
	}
}
