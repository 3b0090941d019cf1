package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hookbeam/server/hook"
)

// endpointColumns are the columns of the table endpoints. Package intake keeps all endpoints in memory: it reads the
// table at the start, and stores each change.
const endpointColumns = `id, name, slug, provider, verify, tolerance, secrets, max_body, response,
	signed_url, settings, allow, statuses, confirmed,
	checked_as, would_verify, created_at, deleted_at, max_age, max_deliveries, max_bytes`

// Endpoints returns all endpoints, also deleted ones, oldest first. The columns secrets, response, settings, allow and
// statuses are JSON. What is secret in them is stored sealed, and opened here: see mapSecrets.
func (s *Registry) Endpoints(ctx context.Context) ([]hook.Endpoint, error) {
	if s.options.Seal == nil && !s.plain {
		return nil, errNoKey
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+endpointColumns+` FROM endpoints ORDER BY created_at, id`)
	if err != nil {
		return nil, s.failed("read endpoints", err)
	}
	defer rows.Close()
	var all []hook.Endpoint
	for rows.Next() {
		var e hook.Endpoint
		var sealed sealedRow
		var response, allow []byte
		var tolerance, created, deleted, maxAge int64
		var confirmed bool
		if err := rows.Scan(&e.ID, &e.Name, &e.Slug, &e.Provider, &e.Verify, &tolerance, &sealed[0], &e.MaxBody,
			&response, &sealed[1], &sealed[2], &allow, &sealed[3], &confirmed, &sealed[4], &e.WouldVerify,
			&created, &deleted, &maxAge, &e.Retention.MaxDeliveries, &e.Retention.MaxBytes); err != nil {
			return nil, s.failed("read endpoints", err)
		}
		for text, into := range map[*[]byte]any{&response: &e.Response, &allow: &e.Allow} {
			if err := json.Unmarshal(*text, into); err != nil {
				return nil, fmt.Errorf("read endpoint %s: %w", e.ID, err)
			}
		}
		opened, err := sealed.open(e.ID, s.options.Seal)
		if err != nil {
			return nil, s.failed("read the secrets of endpoint "+string(e.ID), err)
		}
		e.Secrets, e.Settings, e.Statuses = opened.Secrets, opened.Settings, opened.Statuses
		e.SignedURL, e.CheckedAs = opened.SignedURL, opened.CheckedAs
		e.Tolerance, e.CreatedAt, e.Awaiting = time.Duration(tolerance)*time.Second, hook.Millis(created), !confirmed
		e.Retention.MaxAge = time.Duration(maxAge) * time.Second
		if deleted != 0 {
			e.DeletedAt = hook.Millis(deleted)
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// PutEndpoint inserts an endpoint or replaces the one with its id. Deleting an endpoint is a change, too: its row
// stays, with deleted_at set, so that it can be restored and its deliveries keep their name.
func (s *Registry) PutEndpoint(ctx context.Context, e hook.Endpoint) error {
	return s.PutEndpoints(ctx, []hook.Endpoint{e})
}

// endpointWrite returns the write that stores an endpoint.
func (s *Registry) endpointWrite(e hook.Endpoint) (func(*writerConn) error, error) {
	sealed, err := sealRow(&e, s.options.Seal)
	if err != nil {
		return nil, err
	}
	var texts [2]string
	for i, v := range []any{e.Response, e.Allow} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("write endpoint: %w", err)
		}
		texts[i] = string(b)
	}
	deleted, confirmed := int64(0), int64(1)
	if e.Awaiting {
		confirmed = 0
	}
	if !e.DeletedAt.IsZero() {
		deleted = e.DeletedAt.UnixMilli()
	}
	return func(c *writerConn) error {
		return c.exec(`INSERT OR REPLACE INTO endpoints (`+endpointColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(e.ID), e.Name, e.Slug, e.Provider, string(e.Verify), int64(e.Tolerance/time.Second),
			sealed[0], e.MaxBody, texts[0], sealed[1], sealed[2], texts[1], sealed[3],
			confirmed, sealed[4], int64(e.WouldVerify), e.CreatedAt.UnixMilli(), deleted,
			int64(e.Retention.MaxAge/time.Second), e.Retention.MaxDeliveries, e.Retention.MaxBytes)
	}, nil
}
