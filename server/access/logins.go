package access

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// LoginLife is how long a one-time code works.
const LoginLife = 15 * time.Minute

// longestCode bounds what is hashed of a guess, in bytes.
const longestCode = 64

// LoginStore keeps the hashes of one-time codes. TakeLogin says true for each of them once at most.
type LoginStore interface {
	AddLogin(ctx context.Context, hash [32]byte, expires time.Time) error
	TakeLogin(ctx context.Context, hash [32]byte, now time.Time) (bool, error)
}

// Logins hands out one-time codes and takes them back.
type Logins struct {
	Store  LoginStore
	Random io.Reader
	Now    func() time.Time
}

// New returns a code of 128 random bits. It is known to nobody else: only its hash is stored.
func (l *Logins) New(ctx context.Context) (string, error) {
	code, err := hook.RandomTail(l.Random)
	if err != nil {
		return "", err
	}
	if err := l.Store.AddLogin(ctx, sha256.Sum256([]byte(code)), l.Now().Add(LoginLife)); err != nil {
		return "", fmt.Errorf("store login: %w", err)
	}
	return code, nil
}

// Take uses code up. An unknown, used or outdated code is a problem of kind ErrUnauthenticated.
func (l *Logins) Take(ctx context.Context, code string) error {
	if code = strings.ToLower(strings.TrimSpace(code)); len(code) > longestCode {
		code = "" // which is none
	}
	ok, err := l.Store.TakeLogin(ctx, sha256.Sum256([]byte(code)), l.Now())
	if err != nil {
		return fmt.Errorf("take login: %w", err)
	}
	if !ok {
		return &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "login_unknown",
			Detail: "This code is not known, was used already, or is older than 15 minutes. Get a new one on the server with: hookbeam login"}
	}
	return nil
}
