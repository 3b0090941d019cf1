package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// AddLogin stores the hash of a one-time login code until it is used or expires. It also deletes expired ones.
func (s *Registry) AddLogin(ctx context.Context, hash [32]byte, expires time.Time) error {
	return s.do(ctx, func(c *writerConn) error {
		if err := c.exec(`DELETE FROM logins WHERE expires_at <= ?`, s.options.Now().UnixMilli()); err != nil {
			return err
		}
		return c.exec(`INSERT OR REPLACE INTO logins (hash, expires_at) VALUES (?, ?)`, hash[:], expires.UnixMilli())
	})
}

// TakeLogin reports whether hash is that of a login that has not expired, and deletes it, so that it works once. A
// wrong code costs only a read: guesses must not cause commits, nor wait for them.
func (s *Registry) TakeLogin(ctx context.Context, hash [32]byte, now time.Time) (taken bool, err error) {
	var exists bool
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM logins WHERE hash = ? AND expires_at > ?)`,
		hash[:], now.UnixMilli()).Scan(&exists)
	if err != nil {
		return false, s.failed("read login", err)
	}
	if !exists {
		return false, nil
	}
	err = s.do(ctx, func(c *writerConn) error {
		n, err := c.changed(`DELETE FROM logins WHERE hash = ? AND expires_at > ?`, hash[:], now.UnixMilli())
		taken = n == 1
		return err
	})
	return taken, err
}

// Sessions returns the store of dashboard sessions.
func (s *Registry) Sessions() Sessions { return Sessions{s.database} }

// Sessions stores dashboard sessions. It implements the context variant of the session library's store interface; the
// table holds hashed tokens.
type Sessions struct{ *database }

// FindCtx returns the content of a session. found is false if there is none or it has expired.
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

// CommitCtx inserts or replaces a session, and deletes expired ones.
func (k Sessions) CommitCtx(ctx context.Context, token string, content []byte, expiry time.Time) error {
	return k.do(ctx, func(c *writerConn) error {
		if err := c.exec(`DELETE FROM sessions WHERE expires_at <= ?`, k.options.Now().UnixMilli()); err != nil {
			return err
		}
		return c.exec(`INSERT OR REPLACE INTO sessions (token, content, expires_at) VALUES (?, ?, ?)`,
			token, notNil(content), expiry.UnixMilli())
	})
}

// TouchCtx updates a session that has not expired. Unlike CommitCtx, it does not create one, so a session that was
// deleted meanwhile stays deleted.
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

// DeleteCtx deletes a session. It is no error if there is none.
func (k Sessions) DeleteCtx(ctx context.Context, token string) error {
	return k.do(ctx, func(c *writerConn) error { return c.exec(`DELETE FROM sessions WHERE token = ?`, token) })
}

// Find is FindCtx without a context. The library's interface requires it.
func (k Sessions) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (k Sessions) Commit(token string, content []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, content, expiry)
}

// Delete is DeleteCtx without a context.
func (k Sessions) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
