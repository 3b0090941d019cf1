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

const (
	sessionLife = 30 * 24 * time.Hour // a session ends, however busy
	sessionIdle = 7 * 24 * time.Hour  // a session ends when it is not used
	touchEvery  = 10 * time.Minute    // how exactly the last use is kept: a write for each request would be waste
)

// SessionStore keeps sessions by the hash of their token.
type SessionStore interface {
	FindCtx(ctx context.Context, token string) (content []byte, found bool, err error)
	CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error
	// TouchCtx changes a session that is there, and makes none: found is false where it has ended.
	TouchCtx(ctx context.Context, token string, content []byte, expires time.Time) (found bool, err error)
	DeleteCtx(ctx context.Context, token string) error
}

// Sessions are the logins of browsers, proven by a cookie of 256 random bits of which only a hash is stored.
type Sessions struct {
	scs  *scs.SessionManager
	ends ends
}

// NewSessions returns the sessions of site. By TLS the cookie has the __Host- prefix; without, it bears the port in
// its name, so that two servers on one machine do not take each other's place.
func NewSessions(store SessionStore, site Site) *Sessions {
	// Not scs.New: that starts a goroutine for a store in memory, which nothing ends.
	m := &scs.SessionManager{Store: contextStore{store}, Codec: scs.GobCodec{}, HashTokenInStore: true,
		Lifetime: sessionLife, IdleTimeout: sessionIdle,
		Cookie: scs.SessionCookie{Name: "hookbeam_" + site.port(), Path: site.Base(), HttpOnly: true, Persist: true,
			SameSite: http.SameSiteStrictMode}}
	if site.Secure() {
		m.Cookie.Name, m.Cookie.Path, m.Cookie.SameSite = "__Host-hookbeam", "/", http.SameSiteLaxMode
		m.Cookie.Secure = true
	}
	return &Sessions{scs: m}
}

// Begin logs the browser behind r in, under a new token. A session that it brought along ends.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	ctx, err := s.scs.Load(r.Context(), "")
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	s.scs.Put(ctx, "login", Admin)
	s.scs.Put(ctx, "seen", time.Now().Unix())
	token, _, err := s.scs.Commit(ctx)
	if err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	s.scs.WriteSessionCookie(ctx, w, token, s.scs.Deadline(ctx))
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// Find returns who is behind the session of r; ok is false where there is none, or where it has ended.
func (s *Sessions) Find(r *http.Request) (who Who, ok bool, err error) {
	ctx, found, err := s.load(r)
	if err != nil || !found || time.Now().After(s.scs.Deadline(ctx)) {
		return Who{}, false, err
	}
	who = Who{Login: s.scs.GetString(ctx, "login"), Cookie: true, Expires: s.scs.Deadline(ctx)}
	if time.Since(time.Unix(s.scs.GetInt64(ctx, "seen"), 0)) > touchEvery {
		s.scs.Put(ctx, "seen", time.Now().Unix())
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

// touching marks a commit, in its context, that must not bring a session back: it may have been ended meanwhile, in
// another tab.
type touching struct{}

var errEnded = errors.New("the session has ended")

// End logs the browser behind r out.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	if err := s.end(r); err != nil {
		return err
	}
	s.scs.WriteSessionCookie(r.Context(), w, "", time.Time{})
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

func (s *Sessions) end(r *http.Request) error {
	ctx, found, err := s.load(r)
	if err != nil || !found {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.ends.now(sha256.Sum256([]byte(s.token(r))))
	return nil
}

// load finds the session that the cookie of r names. A token that nobody was given makes no session.
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

// token is what the cookie of r holds, "" where there is none.
func (s *Sessions) token(r *http.Request) string {
	cookie, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// contextStore is a SessionStore as scs wants it; scs calls the methods with a context only.
type contextStore struct{ SessionStore }

// CommitCtx writes a session, or changes one where the context says that it is a touch.
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
