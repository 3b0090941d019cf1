package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

const subjectColumns = `key, world, took, status, evidence`

func scanSubject(row interface{ Scan(...any) error }) (*hook.Subject, error) {
	var s hook.Subject
	var took int64
	var text, lines []byte
	if err := row.Scan(&s.Key, &s.Environment, &took, &text, &lines); err != nil {
		return nil, err
	}
	s.TimeToPaid = time.Duration(took) * time.Millisecond
	var err error
	if s.Status, err = wire.ParseStatus(text); err != nil {
		return nil, fmt.Errorf("read status: %w", err)
	}
	s.Evidence, err = readEvidence(lines)
	return &s, err
}

// Subject returns the subject with this key, nil where there is none.
func (s *Statuses) Subject(ctx context.Context, key int64) (*hook.Subject, error) {
	return s.one(ctx, `SELECT `+subjectColumns+` FROM subjects WHERE key = ?`, key)
}

// KeyOf returns the key of the subject that has this name, 0 where there is none.
func (s *Statuses) KeyOf(ctx context.Context, name hook.AliasHash) (key int64, err error) {
	if s.aliasFilter.definitelyAbsent(name) {
		return 0, nil
	}
	err = s.read.QueryRowContext(ctx, `SELECT subject FROM names WHERE hash = ?`, name[:]).Scan(&key)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look a name up: %w", err)
	}
	return key, nil
}

func (s *Statuses) one(ctx context.Context, query string, value any) (*hook.Subject, error) {
	sub, err := scanSubject(s.read.QueryRowContext(ctx, query, value))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read subject: %w", err)
	}
	return sub, nil
}

// List returns at most limit statuses as JSON that f lets through, behind before, newest first. next is where the
// following page begins, zero where nothing older is left. A filter that lets little through makes short pages rather
// than long waits.
func (s *Statuses) List(
	ctx context.Context,
	f hook.StatusFilter,
	before hook.StatusPageKey,
	limit int,
) (page []json.RawMessage, next hook.StatusPageKey, err error) {
	if before == (hook.StatusPageKey{}) {
		before = hook.StatusPageKey{Seq: 1<<62 - 1}
	}
	if next, err = s.lowest(ctx, before); err != nil {
		return nil, next, err
	}
	where, values := whereStatuses(f)
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT seq, key, status FROM subjects WHERE (seq, key) < (?, ?) AND (seq, key) >= (?, ?)`+where+
			` ORDER BY seq DESC, key DESC LIMIT ?`,
		append(append([]any{int64(before.Seq), before.Key, int64(next.Seq), next.Key}, values...), limit)...)
	if err != nil {
		return nil, next, fmt.Errorf("list statuses: %w", err)
	}
	defer rows.Close()
	page = []json.RawMessage{}
	for rows.Next() {
		var text []byte
		var at hook.StatusPageKey
		if err := rows.Scan(&at.Seq, &at.Key, &text); err != nil {
			return nil, next, fmt.Errorf("list statuses: %w", err)
		}
		if page = append(page, text); len(page) == limit {
			next = at
		}
	}
	return page, next, rows.Err()
}

// lowest is the last subject that one page looks at; zero: all are looked at.
func (s *Statuses) lowest(ctx context.Context, before hook.StatusPageKey) (last hook.StatusPageKey, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT seq, key FROM subjects WHERE (seq, key) < (?, ?) ORDER BY seq DESC, key DESC LIMIT 1 OFFSET ?`,
		int64(before.Seq), before.Key, maxScan-1).
		Scan(&last.Seq, &last.Key)
	if errors.Is(err, sql.ErrNoRows) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("list statuses: %w", err)
	}
	return last, nil
}

// whereStatuses turns a filter into SQL that goes on with AND.
func whereStatuses(f hook.StatusFilter) (where string, values []any) {
	add := func(term string, v ...any) { where, values = where+" AND "+term, append(values, v...) }
	add("state <> ''") // else nothing has moved it yet
	if f.Endpoint != "" {
		add("endpoint = ?", string(f.Endpoint))
	}
	if f.Kind != "" {
		add("kind = ?", string(f.Kind))
	}
	if f.State != "" {
		add("state = ?", string(f.State))
	}
	switch f.Mode {
	case hook.ModeTest:
		add("world = 'test'")
	case hook.ModeLive:
		add("world <> 'test'")
	}
	for _, word := range strings.Fields(f.Words) {
		term, vs := searchTerm(word)
		add(term, vs...)
	}
	return where, values
}

// searchTerm looks for one word where people look for payments: in its names, its reference, the customer's mail
// address,
// and among the amounts.
func searchTerm(word string) (term string, values []any) {
	term, values = `instr(words, ?)`, []any{strings.ToLower(word)}
	if minor, ok := amount(word); ok {
		return `(` + term + ` OR amount IN (?, ?))`, append(values, minor, minor*100)
	}
	return term, values
}

// amount reads 49, 49.00 and 49,00.
func amount(word string) (minor int64, ok bool) {
	plain := strings.Replace(strings.Trim(word, "€$£¥₹"), ",", ".", 1)
	if whole, cents, found := strings.Cut(plain, "."); found && len(cents) == 2 {
		minor, err := strconv.ParseInt(whole+cents, 10, 64)
		return minor, err == nil
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	return n, err == nil && n < 1<<50
}

// Tallies counts all subjects.
func (s *Statuses) Tallies(ctx context.Context) ([]hook.SubjectCount, error) {
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT endpoint, world, kind, state, count(*) FROM subjects GROUP BY endpoint, world, kind, state`,
	)
	if err != nil {
		return nil, fmt.Errorf("count statuses: %w", err)
	}
	defer rows.Close()
	var all []hook.SubjectCount
	for rows.Next() {
		var t hook.SubjectCount
		if err := rows.Scan(&t.Endpoint, &t.Environment, &t.Kind, &t.State, &t.Count); err != nil {
			return nil, fmt.Errorf("count statuses: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

// Changed returns the statuses whose last delivery is in (from, until], in the log's order. until is upTo, or before it
// where they are more than so many bytes: all of one delivery are told at once.
func (s *Statuses) Changed(
	ctx context.Context,
	from, upTo hook.Seq,
	bytes int,
) (all []hook.StatusChange, until hook.Seq, err error) {
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT seq, endpoint, status FROM subjects WHERE seq > ? AND seq <= ? AND state <> '' ORDER BY seq, key`,
		int64(from),
		int64(upTo),
	)
	if err != nil {
		return nil, from, fmt.Errorf("read changed statuses: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c hook.StatusChange
		if err := rows.Scan(&c.Seq, &c.Endpoint, &c.Text); err != nil {
			return nil, from, fmt.Errorf("read changed statuses: %w", err)
		}
		if last := len(all) - 1; bytes < 0 && c.Seq > all[last].Seq {
			return all, all[last].Seq, nil
		}
		bytes -= len(c.Text)
		all = append(all, c)
	}
	return all, upTo, rows.Err()
}

// ShownOf returns when pages first showed each state of a subject that has these ids, oldest first.
func (s *Statuses) ShownOf(ctx context.Context, ids []hook.StatusID) ([]hook.Impression, error) {
	all := []hook.Impression{}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("read what was shown: %w", err)
	}
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT state, min(at), by FROM shown WHERE status IN (SELECT value FROM json_each(?))
		GROUP BY state ORDER BY min(at), state`,
		string(list),
	)
	if err != nil {
		return nil, fmt.Errorf("read what was shown: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sh hook.Impression
		var at int64
		if err := rows.Scan(&sh.State, &at, &sh.By); err != nil {
			return nil, fmt.Errorf("read what was shown: %w", err)
		}
		sh.At = hook.Millis(at)
		all = append(all, sh)
	}
	return all, rows.Err()
}

// Took returns how long the newest payments of an endpoint took, at most limit of them, shortest first.
func (s *Statuses) Took(ctx context.Context, endpoint hook.EndpointID, limit int) ([]time.Duration, error) {
	rows, err := s.read.QueryContext(
		ctx,
		`SELECT took FROM (SELECT took FROM (SELECT endpoint, world, took FROM subjects ORDER BY seq DESC LIMIT ?)
		WHERE endpoint = ? AND world = '' AND took > 0 LIMIT ?) ORDER BY took`,
		maxScan,
		string(endpoint),
		limit,
	)
	if err != nil {
		return nil, fmt.Errorf("read how long payments took: %w", err)
	}
	defer rows.Close()
	var all []time.Duration
	for rows.Next() {
		var ms int64
		if err := rows.Scan(&ms); err != nil {
			return nil, fmt.Errorf("read how long payments took: %w", err)
		}
		all = append(all, time.Duration(ms)*time.Millisecond)
	}
	return all, rows.Err()
}

// subjectBytes is about what a subject takes in the file, with its names, which are among its words.
const subjectBytes = `octet_length(status) + octet_length(evidence) + 2 * octet_length(words) + 200`

// sizedRow reads a subject together with what it takes.
type sizedRow struct {
	*sql.Rows
	bytes *int64
}

func (r sizedRow) Scan(targets ...any) error { return r.Rows.Scan(append(targets, r.bytes)...) }

// Oldest returns subjects of which nothing was told for longest, those first, with about how many bytes each takes;
// with
// unverified, only those of which nothing checked ever told.
func (s *Statuses) Oldest(
	ctx context.Context,
	unverified bool,
	limit int,
) (all []*hook.Subject, bytes []int64, err error) {
	where := ``
	if unverified {
		where = ` WHERE world = 'unsigned'`
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+subjectColumns+`, `+subjectBytes+` FROM subjects`+where+
		` ORDER BY seq LIMIT ?`, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("read old subjects: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		sub, err := scanSubject(sizedRow{rows, &n})
		if err != nil {
			return nil, nil, fmt.Errorf("read old subjects: %w", err)
		}
		all, bytes = append(all, sub), append(bytes, n)
	}
	return all, bytes, rows.Err()
}

// UnverifiedBytes is about what all subjects take of which nothing checked ever told.
func (s *Statuses) UnverifiedBytes(ctx context.Context) (bytes int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(`+subjectBytes+`), 0) FROM subjects
		INDEXED BY subjects_unverified WHERE world = 'unsigned'`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("measure unverified subjects: %w", err)
	}
	return bytes, nil
}

// Used is how many bytes of the database's file hold something.
func (s *Statuses) Used(ctx context.Context) (bytes int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT page_size * (page_count - freelist_count)
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("measure the statuses: %w", err)
	}
	return bytes, nil
}

// Each calls do for every subject, in the order in which they were first told of. An error of do ends it.
func (s *Statuses) Each(ctx context.Context, do func(*hook.Subject) error) error {
	for after := int64(0); ; {
		sub, err := s.one(ctx, `SELECT `+subjectColumns+` FROM subjects WHERE key > ? ORDER BY key LIMIT 1`, after)
		if err != nil || sub == nil {
			return err
		}
		after = sub.Key
		if err := do(sub); err != nil {
			return err
		}
	}
}
