package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// AddLogin keeps the hash of a one-time login until it is taken or expires.
func (s *Registry) AddLogin(ctx context.Context, hash [32]byte, expires time.Time) error {
	return s.do(ctx, func(c *writerConn) error {
		if err := c.exec(`DELETE FROM logins WHERE expires_at <= ?`, s.options.Now().UnixMilli()); err != nil {
			return err
		}
		return c.exec(`INSERT OR REPLACE INTO logins (hash, expires_at) VALUES (?, ?)`, hash[:], expires.UnixMilli())
	})
}

// TakeLogin reports whether the hash is that of a login that has not expired, and removes it: it works once. A guess is
// told by reading alone: it must not cost a commit, nor wait for one.
func (s *Registry) TakeLogin(ctx context.Context, hash [32]byte, now time.Time) (taken bool, err error) {
	var known bool
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM logins WHERE hash = ? AND expires_at > ?)`,
		hash[:], now.UnixMilli()).Scan(&known)
	if err != nil {
		return false, s.failed("read login", err)
	}
	if !known {
		return false, nil
	}
	err = s.do(ctx, func(c *writerConn) error {
		n, err := c.changed(`DELETE FROM logins WHERE hash = ? AND expires_at > ?`, hash[:], now.UnixMilli())
		taken = n == 1
		return err
	})
	return taken, err
}

// Sessions returns where dashboard sessions are kept.
func (s *Registry) Sessions() Sessions { return Sessions{s.database} }

// Sessions keeps dashboard sessions; it is the store that the session library asks for.
type Sessions struct{ *database }

// FindCtx returns a session that has not expired.
func (k Sessions) FindCtx(ctx context.Context, token string) (content []byte, found bool, err error) {
	err = k.read.QueryRowContext(ctx, `SELECT content FROM sessions WHERE token = ? AND expires_at > ?`,
		token, k.options.Now().UnixMilli()).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, k.failed("read session", err)
	}
	return content, true, nil
}

// CommitCtx writes a session, and removes those that have expired.
func (k Sessions) CommitCtx(ctx context.Context, token string, content []byte, expiry time.Time) error {
	return k.do(ctx, func(c *writerConn) error {
		if err := c.exec(`DELETE FROM sessions WHERE expires_at <= ?`, k.options.Now().UnixMilli()); err != nil {
			return err
		}
		return c.exec(`INSERT OR REPLACE INTO sessions (token, content, expires_at) VALUES (?, ?, ?)`,
			token, notNil(content), expiry.UnixMilli())
	})
}

// TouchCtx changes a session that has not ended. It makes none.
func (k Sessions) TouchCtx(
	ctx context.Context,
	token string,
	content []byte,
	expiry time.Time,
) (found bool, err error) {
	err = k.do(ctx, func(c *writerConn) error {
		n, err := c.changed(`UPDATE sessions SET content = ?, expires_at = ? WHERE token = ? AND expires_at > ?`,
			notNil(content), expiry.UnixMilli(), token, k.options.Now().UnixMilli())
		found = n == 1
		return err
	})
	return found, err
}

// DeleteCtx removes a session.
func (k Sessions) DeleteCtx(ctx context.Context, token string) error {
	return k.do(ctx, func(c *writerConn) error { return c.exec(`DELETE FROM sessions WHERE token = ?`, token) })
}

// Find is FindCtx without a context, as the library also wants it.
func (k Sessions) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (k Sessions) Commit(token string, content []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, content, expiry)
}

// Delete is DeleteCtx without a context.
func (k Sessions) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
