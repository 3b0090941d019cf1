package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/hook"
)

// An API token is "hbt_", 256 random bits in 43 characters of base62, and a checksum of these in 6 more. The prefix and
// the checksum let scanners recognize a token that somebody published: hbt_[0-9A-Za-z]{49}, with a CRC-32 (IEEE) of the
// first 47 characters, in base62, padded with zeros.
const (
	tokenPrefix   = "hbt_"
	tokenRandom   = 43
	tokenChecksum = 6
)

// Limits of API tokens.
const (
	maxTokens     = 1000
	tokenUseEvery = 10 * time.Minute // the precision of the last use; not every request writes to the database
)

// TokenStore stores API tokens. sqlite.Registry implements it.
type TokenStore interface {
	Tokens(ctx context.Context) ([]hook.Token, error)
	AddToken(ctx context.Context, t hook.Token) error
	DeleteToken(ctx context.Context, id hook.TokenID) error
	// UseToken stores when a token was used last.
	UseToken(ctx context.Context, id hook.TokenID, at time.Time) error
}

// Tokens holds all API tokens in memory, so that a request with one reads nothing from the database. The API creates
// and revokes them, and Gate authenticates requests with them. All methods may be called concurrently.
type Tokens struct {
	store  TokenStore
	now    func() time.Time
	random io.Reader
	log    *slog.Logger
	onEnd  endCallbacks // by the hash of the token

	mu     sync.Mutex // held while a token is created or revoked
	byHash atomic.Pointer[map[[sha256.Size]byte]*liveToken]
}

// liveToken is a token and when it was used last, in Unix milliseconds.
type liveToken struct {
	hook.Token
	used atomic.Int64
}

// LoadTokens reads the tokens from the store. now is the clock, and random the source of tokens.
func LoadTokens(
	ctx context.Context, store TokenStore, now func() time.Time, random io.Reader, log *slog.Logger,
) (*Tokens, error) {
	stored, err := store.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	ts := &Tokens{store: store, now: now, random: random, log: log}
	byHash := make(map[[sha256.Size]byte]*liveToken, len(stored))
	for _, t := range stored {
		one := &liveToken{Token: t}
		if !t.UsedAt.IsZero() {
			one.used.Store(t.UsedAt.UnixMilli())
		}
		byHash[t.Hash] = one
	}
	ts.byHash.Store(&byHash)
	return ts, nil
}

// List returns all tokens that were not revoked, oldest first. Those that have expired are among them.
func (ts *Tokens) List() []hook.Token {
	list := []hook.Token{}
	for _, t := range *ts.byHash.Load() {
		one := t.Token
		if used := t.used.Load(); used != 0 {
			one.UsedAt = hook.Millis(used)
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b hook.Token) int {
		if c := a.CreatedAt.Compare(b.CreatedAt.Time); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return list
}

// Create stores a new token, and returns it together with its text, which is stored nowhere. The caller sets the name,
// the scopes, the endpoints, the end and the creator; Create fills in the rest. The error is the store's, or a problem
// of kind hook.ErrConflict if there are too many tokens.
func (ts *Tokens) Create(ctx context.Context, t hook.Token) (hook.Token, string, error) {
	text, err := newTokenText(ts.random)
	if err != nil {
		return t, "", err
	}
	if t.ID, err = hook.NewTokenID(ts.random); err != nil {
		return t, "", err
	}
	t.Hash, t.CreatedAt = sha256.Sum256([]byte(text)), hook.Millis(ts.now().UnixMilli())
	ts.mu.Lock()
	defer ts.mu.Unlock()
	old := *ts.byHash.Load()
	if len(old) >= maxTokens {
		return t, "", &hook.Problem{Kind: hook.ErrConflict, Code: "too_many_tokens",
			Detail: "This server has the maximum number of tokens. Revoke some first."}
	}
	if err := ts.store.AddToken(ctx, t); err != nil {
		return t, "", fmt.Errorf("store token: %w", err)
	}
	byHash := make(map[[sha256.Size]byte]*liveToken, len(old)+1)
	for hash, one := range old {
		byHash[hash] = one
	}
	byHash[t.Hash] = &liveToken{Token: t}
	ts.byHash.Store(&byHash)
	return t, text, nil
}

// errNoToken is returned for an id that does not exist or belongs to a revoked token.
var errNoToken = &hook.Problem{Kind: hook.ErrNotFound, Code: "token_not_found",
	Detail: "This token does not exist, or it was revoked. Check the id."}

// Revoke deletes a token, and then runs the callbacks of OnEnd, which end what it has open. It returns the token as it
// was. The error is the store's, or a problem of kind hook.ErrNotFound.
func (ts *Tokens) Revoke(ctx context.Context, id hook.TokenID) (hook.Token, error) {
	t, err := ts.remove(ctx, id)
	if err == nil {
		ts.onEnd.run(t.Hash) // without the lock
	}
	return t, err
}

// remove deletes a token from the store and from memory.
func (ts *Tokens) remove(ctx context.Context, id hook.TokenID) (hook.Token, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	var found *liveToken
	byHash := map[[sha256.Size]byte]*liveToken{}
	for hash, t := range *ts.byHash.Load() {
		if t.ID == id {
			found = t
			continue
		}
		byHash[hash] = t
	}
	if found == nil {
		return hook.Token{}, errNoToken
	}
	if err := ts.store.DeleteToken(ctx, id); err != nil {
		return hook.Token{}, fmt.Errorf("delete token: %w", err)
	}
	ts.byHash.Store(&byHash)
	return found.Token, nil
}

// find returns the token with this text, unless it is unknown, revoked or expired.
func (ts *Tokens) find(text string) (*liveToken, bool) {
	if !validTokenText(text) {
		return nil, false
	}
	t, found := (*ts.byHash.Load())[sha256.Sum256([]byte(text))]
	if !found || !t.ExpiresAt.IsZero() && !ts.now().Before(t.ExpiresAt.Time) {
		return nil, false
	}
	return t, true
}

// who returns the caller that a token stands for, and notes the use of the token.
func (ts *Tokens) who(ctx context.Context, text string) (Who, bool) {
	t, ok := ts.find(text)
	if !ok {
		return Who{}, false
	}
	ts.noteUse(ctx, t)
	return Who{Login: "token " + t.Name, Expires: t.ExpiresAt.Time, Token: &t.Token}, true
}

// noteUse stores the time of the last use, at most every tokenUseEvery. A failure only makes that time less exact, so a
// request does not fail because of it: while the disk is full, everything can still be read.
func (ts *Tokens) noteUse(ctx context.Context, t *liveToken) {
	now, last := ts.now(), t.used.Load()
	if now.UnixMilli()-last < tokenUseEvery.Milliseconds() || !t.used.CompareAndSwap(last, now.UnixMilli()) {
		return
	}
	if err := ts.store.UseToken(ctx, t.ID, now); err != nil && !errors.Is(err, context.Canceled) {
		ts.log.Warn("could not store when a token was used last", "token", t.ID, "error", err)
	}
}

// OnEnd calls f once when the token of r is revoked or expires. See Gate.OnEnd.
func (ts *Tokens) OnEnd(r *http.Request, f func()) (forget func()) {
	text, ok := bearerOf(r)
	if !ok {
		return func() {}
	}
	key := sha256.Sum256([]byte(text))
	forget = ts.onEnd.add(key, f)
	// The token may have been revoked after the request was authenticated and before f was added.
	t, found := ts.find(text)
	switch {
	case !found:
		ts.onEnd.run(key)
	case !t.ExpiresAt.IsZero():
		ts.onEnd.expireAt(key, t.ExpiresAt.Time)
	}
	return forget
}

// newTokenText returns a new token.
func newTokenText(random io.Reader) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	body := tokenPrefix + base62(new(big.Int).SetBytes(b[:]), tokenRandom)
	return body + checksum(body), nil
}

// validTokenText reports whether a text has the form and the checksum of a token.
func validTokenText(text string) bool {
	const body = len(tokenPrefix) + tokenRandom
	return len(text) == body+tokenChecksum && strings.HasPrefix(text, tokenPrefix) &&
		text[body:] == checksum(text[:body])
}

func checksum(text string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text)))), tokenChecksum)
}

// base62 returns n with the digits 0-9a-zA-Z, padded with zeros to a length.
func base62(n *big.Int, length int) string {
	digits := n.Text(62)
	return strings.Repeat("0", max(length-len(digits), 0)) + digits
}
