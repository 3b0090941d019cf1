package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hookbeam/server/hook"
)

// Tokens returns all API tokens, oldest first. Package access keeps them in memory: it reads the table at the start,
// and stores each change.
func (s *Registry) Tokens(ctx context.Context) ([]hook.Token, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, name, hash, scopes, endpoints, created_at, created_by, expires_at,
		used_at FROM tokens ORDER BY created_at, id`)
	if err != nil {
		return nil, s.failed("read tokens", err)
	}
	defer rows.Close()
	var all []hook.Token
	for rows.Next() {
		var t hook.Token
		var hash, scopes, endpoints []byte
		var created, expires, used int64
		if err := rows.Scan(&t.ID, &t.Name, &hash, &scopes, &endpoints, &created, &t.CreatedBy, &expires,
			&used); err != nil {
			return nil, s.failed("read tokens", err)
		}
		var ids []hook.EndpointID
		if err := json.Unmarshal(scopes, &t.Scopes); err != nil {
			return nil, fmt.Errorf("read token %s: %w", t.ID, err)
		}
		if err := json.Unmarshal(endpoints, &ids); err != nil {
			return nil, fmt.Errorf("read token %s: %w", t.ID, err)
		}
		if ids != nil {
			t.Endpoints = hook.NewEndpointSet(ids...)
		}
		copy(t.Hash[:], hash)
		t.CreatedAt, t.ExpiresAt, t.UsedAt = hook.Millis(created), timeOrZero(expires), timeOrZero(used)
		all = append(all, t)
	}
	return all, rows.Err()
}

// timeOrZero returns a stored time, of which 0 means none.
func timeOrZero(millis int64) hook.Time {
	if millis == 0 {
		return hook.Time{}
	}
	return hook.Millis(millis)
}

// millisOrZero is the reverse of timeOrZero.
func millisOrZero(t hook.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// AddToken stores a new token.
func (s *Registry) AddToken(ctx context.Context, t hook.Token) error {
	scopes, err := json.Marshal(t.Scopes)
	if err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	endpoints := []byte("null")
	if t.Endpoints != nil {
		endpoints = []byte(amongValue(t.Endpoints))
	}
	return s.do(ctx, func(c *writerConn) error {
		return c.exec(`INSERT INTO tokens
			(id, name, hash, scopes, endpoints, created_at, created_by, expires_at, used_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(t.ID), t.Name, t.Hash[:], string(scopes), string(endpoints), t.CreatedAt.UnixMilli(), t.CreatedBy,
			millisOrZero(t.ExpiresAt), millisOrZero(t.UsedAt))
	})
}

// DeleteToken deletes a token. It is no error if there is none.
func (s *Registry) DeleteToken(ctx context.Context, id hook.TokenID) error {
	return s.do(ctx, func(c *writerConn) error { return c.exec(`DELETE FROM tokens WHERE id = ?`, string(id)) })
}

// UseToken stores when a token was used last. It never creates a token.
func (s *Registry) UseToken(ctx context.Context, id hook.TokenID, at time.Time) error {
	return s.do(ctx, func(c *writerConn) error {
		return c.exec(`UPDATE tokens SET used_at = ? WHERE id = ?`, at.UnixMilli(), string(id))
	})
}
