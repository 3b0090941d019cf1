package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/hook"
)

// tokenShelf keeps tokens in memory, as a far end.
type tokenShelf struct {
	mu     sync.Mutex
	stored []hook.Token
	uses   int
	broken error
}

func (s *tokenShelf) Tokens(context.Context) ([]hook.Token, error) { return s.stored, s.broken }

func (s *tokenShelf) AddToken(_ context.Context, t hook.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.stored = append(s.stored, t)
	}
	return s.broken
}

func (s *tokenShelf) DeleteToken(context.Context, hook.TokenID) error { return s.broken }

func (s *tokenShelf) UseToken(context.Context, hook.TokenID, time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses++
	return s.broken
}

func loaded(t *testing.T, s *tokenShelf) *Tokens {
	t.Helper()
	ts, err := LoadTokens(t.Context(), s, time.Now, rand.Reader, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func created(t *testing.T, ts *Tokens, one hook.Token) (hook.Token, string) {
	t.Helper()
	one, text, err := ts.Create(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	return one, text
}

// bearing is a request with a token.
func bearing(text string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+text)
	return r
}

// TestATokenIsRecognizedByScanners holds the form that the documentation promises.
func TestATokenIsRecognizedByScanners(t *testing.T) {
	form := regexp.MustCompile(`^hbt_[0-9A-Za-z]{49}$`)
	for range 200 {
		text, err := newTokenText(rand.Reader)
		if err != nil || !form.MatchString(text) || !validTokenText(text) {
			t.Fatalf("%s %v", text, err)
		}
		sum, ok := new(big.Int).SetString(text[47:], 62)
		if !ok || sum.Uint64() != uint64(crc32.ChecksumIEEE([]byte(text[:47]))) {
			t.Fatalf("%s: checksum", text)
		}
	}
	low, err := newTokenText(bytes.NewReader(make([]byte, 32)))
	if err != nil || len(low) != 53 {
		t.Errorf("%s %v", low, err)
	}
	if high, err := newTokenText(bytes.NewReader(bytes.Repeat([]byte{255}, 32))); err != nil || len(high) != 53 {
		t.Errorf("%s %v", high, err)
	}
}

// TestOnlyAValidTokenGivesAccess asks with tokens that are unknown, mistyped, revoked and expired: all get the same
// answer.
func TestOnlyAValidTokenGivesAccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shelf := &tokenShelf{}
		ts := loaded(t, shelf)
		g := &Gate{Tokens: ts, Sessions: NewSessions(newShelf(), site(t, "http://localhost/"))}
		kept, text := created(t, ts, hook.Token{Name: "deploy", Scopes: []hook.Scope{hook.ScopeRead},
			Endpoints: hook.NewEndpointSet("ep_b", "ep_a", "ep_b")})
		old, revoked := created(t, ts, hook.Token{Name: "old"})
		end := hook.Millis(time.Now().Add(time.Hour).UnixMilli())
		_, expired := created(t, ts, hook.Token{Name: "brief", ExpiresAt: end})
		if who, err := g.Who(bearing(expired)); err != nil || who.Login != "token brief" || who.Expires.IsZero() {
			t.Errorf("before its end: %+v %v", who, err)
		}
		if _, err := ts.Revoke(t.Context(), old.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		who, err := g.Who(bearing(text))
		if err != nil || who.Token.ID != kept.ID || who.IsAdmin() || who.Cookie || !who.Has(hook.ScopeRead) ||
			who.Has(hook.ScopeWrite) || fmt.Sprint(who.Endpoints().IDs()) != "[ep_a ep_b]" {
			t.Errorf("%+v %v", who, err)
		}
		unknown, err := newTokenText(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		answers := map[string]bool{}
		for name, text := range map[string]string{
			"unknown": unknown, "mistyped": text[:52] + "~", "cut": text[:40], "revoked": revoked, "expired": expired,
			"empty": "", "the id": string(kept.ID), "the hash": string(kept.Hash[:]),
		} {
			who, err := g.Who(bearing(text))
			if !errors.Is(err, hook.ErrUnauthenticated) || who != (Who{}) {
				t.Errorf("%s: %+v %v", name, who, err)
			} else {
				answers[err.Error()] = true
			}
		}
		if len(answers) != 1 {
			t.Errorf("they can be told apart: %v", answers)
		}
		if _, err := ts.Revoke(t.Context(), old.ID); !errors.Is(err, hook.ErrNotFound) {
			t.Errorf("revoked twice: %v", err)
		}
		// After a restart.
		if who, err = (&Gate{Tokens: loaded(t, shelf)}).Who(bearing(text)); err != nil || who.Token.Name != "deploy" {
			t.Errorf("after a restart: %+v %v", who, err)
		}
		for _, one := range shelf.stored {
			if strings.Contains(fmt.Sprintf("%+v", one), text) {
				t.Error("the token itself was stored")
			}
		}
	})
}

// TestWhatATokenHasOpenEndsWithIt revokes one token and lets another expire.
func TestWhatATokenHasOpenEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := loaded(t, &tokenShelf{})
		admin, err := NewToken("an administrator's token")
		if err != nil {
			t.Fatal(err)
		}
		g := &Gate{Token: admin, Tokens: ts, Sessions: NewSessions(newShelf(), site(t, "http://localhost/"))}
		one, text := created(t, ts, hook.Token{Name: "one"})
		_, brief := created(t, ts, hook.Token{ExpiresAt: hook.Millis(time.Now().Add(time.Hour).UnixMilli())})
		var mu sync.Mutex
		ended := map[string]int{}
		note := func(name string) func() {
			return func() { mu.Lock(); defer mu.Unlock(); ended[name]++ }
		}
		told := func() string { mu.Lock(); defer mu.Unlock(); return fmt.Sprint(ended) }
		g.OnEnd(bearing(text), note("revoked"))
		g.OnEnd(bearing(text), note("forgotten"))()
		g.OnEnd(bearing(brief), note("expired"))
		g.OnEnd(bearing("an administrator's token"), note("administrator"))
		g.OnEnd(httptest.NewRequest("GET", "/", nil).WithContext(AsLocal(t.Context())), note("local"))
		if _, err := ts.Revoke(t.Context(), one.ID); err != nil {
			t.Fatal(err)
		}
		if told() != "map[revoked:1]" {
			t.Errorf("when the revocation returns: %v", told())
		}
		g.OnEnd(bearing(text), note("too late"))
		synctest.Wait()
		if told() != "map[revoked:1 too late:1]" {
			t.Errorf("after the revocation: %v", told())
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if told() != "map[expired:1 revoked:1 too late:1]" {
			t.Errorf("after the end: %v", told())
		}
		if n := len(ts.onEnd.sessions); n != 0 {
			t.Errorf("%d ended tokens are still remembered", n)
		}
	})
}

// TestTheLastUseIsNotStoredForEachRequest also has a store that fails, which fails no request.
func TestTheLastUseIsNotStoredForEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shelf := &tokenShelf{}
		ts := loaded(t, shelf)
		g := &Gate{Tokens: ts}
		_, text := created(t, ts, hook.Token{Name: "a"})
		if used := ts.List()[0].UsedAt; !used.IsZero() {
			t.Errorf("used before: %v", used)
		}
		shelf.broken = errors.New("the disk is full")
		for range 3 {
			for range 100 {
				if _, err := g.Who(bearing(text)); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(tokenUseEvery)
		}
		if shelf.uses != 3 {
			t.Errorf("stored %d times", shelf.uses)
		}
		if used := ts.List()[0].UsedAt; time.Since(used.Time) != tokenUseEvery {
			t.Errorf("used last %v ago", time.Since(used.Time))
		}
	})
}

func TestTokensAreBounded(t *testing.T) {
	ts := loaded(t, &tokenShelf{})
	for range maxTokens {
		created(t, ts, hook.Token{})
	}
	if _, _, err := ts.Create(t.Context(), hook.Token{}); !errors.Is(err, hook.ErrConflict) {
		t.Error(err)
	}
}
