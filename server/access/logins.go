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

// LoginLife is the time for which a one-time code is valid.
const LoginLife = 15 * time.Minute

// maxCode is the longest code that is looked up, in bytes. A longer one cannot be valid, and is not hashed.
const maxCode = 64

// LoginStore stores the hashes of one-time codes. TakeLogin removes a hash and reports whether it was valid: it returns
// true at most once for each code, also when two requests use it at the same time.
type LoginStore interface {
	AddLogin(ctx context.Context, hash [32]byte, expires time.Time) error
	TakeLogin(ctx context.Context, hash [32]byte, now time.Time) (bool, error)
}

// Logins issues and redeems one-time login codes, which are the only way to start a session. The server issues one when
// it starts and for hookbeam login; the login page redeems it.
type Logins struct {
	Store  LoginStore
	Random io.Reader
	Now    func() time.Time
}

// New returns a new code of 128 random bits, which is valid for LoginLife. Only its hash is stored.
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

// Take redeems a code. It ignores case and surrounding spaces, because people type codes. An unknown, used or expired
// code is a problem of kind ErrUnauthenticated.
func (l *Logins) Take(ctx context.Context, code string) error {
	if code = strings.ToLower(strings.TrimSpace(code)); len(code) > maxCode {
		code = "" // never valid
	}
	ok, err := l.Store.TakeLogin(ctx, sha256.Sum256([]byte(code)), l.Now())
	if err != nil {
		return fmt.Errorf("take login: %w", err)
	}
	if !ok {
		return &hook.Problem{Kind: hook.ErrUnauthenticated, Code: "login_unknown",
			Detail: "The login code is wrong, was already used, or is older than 15 minutes. " +
				"Get a new one on the server: hookbeam login"}
	}
	return nil
}
