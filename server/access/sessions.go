package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Lifetimes of a session.
const (
	sessionLife = 30 * 24 * time.Hour // since the login
	sessionIdle = 7 * 24 * time.Hour  // since its last use
	touchEvery  = 10 * time.Minute    // the precision of the last use; not every request writes to the database
)

// SessionStore stores sessions by the hash of their token. FindCtx, CommitCtx and DeleteCtx are those of scs.CtxStore.
type SessionStore interface {
	FindCtx(ctx context.Context, token string) (content []byte, found bool, err error)
	CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error
	// TouchCtx updates an existing session and never creates one: found is false if it has ended.
	TouchCtx(ctx context.Context, token string, content []byte, expires time.Time) (found bool, err error)
	DeleteCtx(ctx context.Context, token string) error
}

// Sessions manages the sessions of browsers. A session is identified by a cookie with 256 random bits, of which only
// the hash is stored. The login page begins one, Gate finds it for each request, and a logout ends it.
type Sessions struct {
	scs   *scs.SessionManager
	onEnd endCallbacks
}

// NewSessions returns the sessions of a site. Over HTTPS the cookie's name has the prefix __Host-, with which browsers
// refuse it from other hosts and over plain HTTP. Over plain HTTP the name includes the port, because two servers on
// one host would otherwise overwrite each other's cookie.
func NewSessions(store SessionStore, site Site) *Sessions {
	// scs.New is not used: it starts a goroutine for an in-memory store that cannot be stopped.
	m := &scs.SessionManager{Store: contextStore{store}, Codec: sessionCodec{}, HashTokenInStore: true,
		Lifetime: sessionLife, IdleTimeout: sessionIdle,
		Cookie: scs.SessionCookie{Name: "hookbeam_" + site.port(), Path: site.Base(), HttpOnly: true, Persist: true,
			SameSite: http.SameSiteStrictMode}}
	if site.Secure() {
		m.Cookie.Name, m.Cookie.Path, m.Cookie.SameSite = "__Host-hookbeam", "/", http.SameSiteLaxMode
		m.Cookie.Secure = true
	}
	return &Sessions{scs: m}
}

// Begin starts a session for the browser that sent r, with a new token, and sets its cookie. A session that r already
// had ends, so that a token known before the login gives nobody access (session fixation).
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	ctx, err := s.scs.Load(r.Context(), "")
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	s.scs.Put(ctx, keyLogin, Admin)
	s.scs.Put(ctx, keySeen, time.Now().Unix())
	token, _, err := s.scs.Commit(ctx)
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	s.scs.WriteSessionCookie(ctx, w, token, s.scs.Deadline(ctx))
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// Find returns who the session of r belongs to, and extends the session's idle time. ok is false if r has no session,
// or one that has ended.
func (s *Sessions) Find(r *http.Request) (who Who, ok bool, err error) {
	ctx, found, err := s.load(r)
	if err != nil || !found || time.Now().After(s.scs.Deadline(ctx)) {
		return Who{}, false, err
	}
	who = Who{Login: s.scs.GetString(ctx, keyLogin), Cookie: true, Expires: s.scs.Deadline(ctx)}
	if time.Since(time.Unix(s.scs.GetInt64(ctx, keySeen), 0)) > touchEvery {
		s.scs.Put(ctx, keySeen, time.Now().Unix())
		_, _, err := s.scs.Commit(context.WithValue(ctx, touching{}, true))
		if errors.Is(err, errEnded) {
			return Who{}, false, nil
		}
		if err != nil {
			return Who{}, false, fmt.Errorf("touch session: %w", err)
		}
	}
	return who, who.Login != "", nil
}

// touching is the context key of a commit that only updates a session. Such a commit must not create the session again
// if a logout in another tab has ended it meanwhile.
type touching struct{}

// errEnded is the error of a touch of a session that has ended.
var errEnded = errors.New("the session has ended")

// End ends the session of r and removes its cookie. Without a session it only removes the cookie.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	s.scs.WriteSessionCookie(r.Context(), w, "", time.Time{})
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// end deletes the session of r and runs its callbacks.
func (s *Sessions) end(r *http.Request) error {
	ctx, found, err := s.load(r)
	if err != nil || !found {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.onEnd.run(sha256.Sum256([]byte(s.token(r))))
	return nil
}

// load reads the session of r into a context, as scs wants it. found is false if the store has no session for the
// token; unlike scs, it does not begin one with a token that the client chose.
func (s *Sessions) load(r *http.Request) (ctx context.Context, found bool, err error) {
	token := s.token(r)
	if token == "" {
		return nil, false, nil
	}
	if ctx, err = s.scs.Load(r.Context(), token); err != nil {
		return nil, false, fmt.Errorf("load session: %w", err)
	}
	return ctx, s.scs.Token(ctx) != "", nil
}

// token returns the value of the session cookie of r, or "" without one.
func (s *Sessions) token(r *http.Request) string {
	cookie, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// contextStore adapts a SessionStore to scs.CtxStore. scs requires the methods without a context to exist, but does not
// call them.
type contextStore struct{ SessionStore }

// CommitCtx stores a session. If the context is marked with touching, it updates an existing session only.
func (c contextStore) CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error {
	if ctx.Value(touching{}) == nil {
		return c.SessionStore.CommitCtx(ctx, token, content, expires)
	}
	found, err := c.TouchCtx(ctx, token, content, expires)
	if err == nil && !found {
		err = errEnded
	}
	return err
}

func (c contextStore) Find(token string) ([]byte, bool, error) {
	return c.FindCtx(context.Background(), token)
}

func (c contextStore) Commit(token string, content []byte, expires time.Time) error {
	return c.CommitCtx(context.Background(), token, content, expires)
}

func (c contextStore) Delete(token string) error { return c.DeleteCtx(context.Background(), token) }
