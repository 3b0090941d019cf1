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

// subjectColumns are the columns of a hook.Subject. The other columns of the table subjects repeat values of the
// status, for filters and indexes.
const subjectColumns = `key, world, took, status, links, evidence`

// scanSubject reads a row of subjectColumns.
func scanSubject(row interface{ Scan(...any) error }) (*hook.Subject, error) {
	var s hook.Subject
	var took int64
	var text, links, lines []byte
	if err := row.Scan(&s.Key, &s.Environment, &took, &text, &links, &lines); err != nil {
		return nil, err
	}
	s.TimeToPaid = time.Duration(took) * time.Millisecond
	var err error
	if s.Status, err = wire.ParseStatus(text); err != nil {
		return nil, fmt.Errorf("read status: %w", err)
	}
	if len(links) > 0 {
		if err := json.Unmarshal(links, &s.Links); err != nil {
			return nil, fmt.Errorf("read the links of a subject: %w", err)
		}
	}
	s.Evidence, err = readEvidence(lines)
	return &s, err
}

// Subject returns the subject with this key, nil if there is none.
func (s *Statuses) Subject(ctx context.Context, key int64) (*hook.Subject, error) {
	return s.querySubject(ctx, `SELECT `+subjectColumns+` FROM subjects WHERE key = ?`, key)
}

// KeyOfAlias returns the key of the subject that has this alias, 0 if there is none.
func (s *Statuses) KeyOfAlias(ctx context.Context, alias hook.AliasHash) (key int64, err error) {
	if s.aliasFilter.definitelyAbsent(alias) {
		return 0, nil
	}
	err = s.read.QueryRowContext(ctx, `SELECT subject FROM names WHERE hash = ?`, alias[:]).Scan(&key)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look up an alias: %w", err)
	}
	return key, nil
}

// querySubject returns the first subject that a query of subjectColumns selects, nil if there is none.
func (s *Statuses) querySubject(ctx context.Context, query string, value any) (*hook.Subject, error) {
	sub, err := scanSubject(s.read.QueryRowContext(ctx, query, value))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read subject: %w", err)
	}
	return sub, nil
}

// List returns at most limit statuses that f selects, as JSON, newest first, beginning after before (the zero key: with
// the newest). next is the before of the following page, zero if nothing older is left. A page looks at maxScan
// subjects at most, so with a filter that selects little it may be short or empty although next is not zero.
func (s *Statuses) List(
	ctx context.Context,
	f hook.StatusFilter,
	before hook.StatusPageKey,
	limit int,
) (page []json.RawMessage, next hook.StatusPageKey, err error) {
	if before == (hook.StatusPageKey{}) {
		before = hook.StatusPageKey{Seq: 1<<62 - 1}
	}
	if next, err = s.pageEnd(ctx, before); err != nil {
		return nil, next, err
	}
	where, values := whereStatuses(f)
	rows, err := s.read.QueryContext(ctx,
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

// pageEnd returns the key of the last subject at which a page beginning at before looks; zero if it looks at all.
func (s *Statuses) pageEnd(ctx context.Context, before hook.StatusPageKey) (last hook.StatusPageKey, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT seq, key FROM subjects WHERE (seq, key) < (?, ?)
		ORDER BY seq DESC, key DESC LIMIT 1 OFFSET ?`, int64(before.Seq), before.Key, maxScan-1).
		Scan(&last.Seq, &last.Key)
	if errors.Is(err, sql.ErrNoRows) {
		return last, nil
	}
	if err != nil {
		return last, fmt.Errorf("list statuses: %w", err)
	}
	return last, nil
}

// whereStatuses returns a filter as SQL terms, each after an AND, and the values of their placeholders.
func whereStatuses(f hook.StatusFilter) (where string, values []any) {
	add := func(term string, v ...any) { where, values = where+" AND "+term, append(values, v...) }
	add("state <> ''") // a subject without a state has only informational events so far, and is not listed
	if f.Endpoint != "" {
		add("endpoint = ?", string(f.Endpoint))
	}
	if f.Among != nil {
		add(amongTerm, amongValue(f.Among))
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
	switch f.Review {
	case "":
	case hook.ReviewAny:
		add("review <> ''")
	default:
		add("instr(review, ?)", " "+string(f.Review)+" ")
	}
	if f.Words == "" { // a search also finds what is listed inside another status
		add("parent = ''")
	}
	for _, word := range strings.Fields(f.Words) {
		term, vs := searchTerm(word)
		add(term, vs...)
	}
	return where, values
}

// searchTerm returns the SQL term for one search word: it must occur in the column words (see searchText), or be the
// amount. 49 is found as 0.49 and as 49.00, since the currency's decimals are not known here.
func searchTerm(word string) (term string, values []any) {
	term, values = `instr(words, ?)`, []any{strings.ToLower(word)}
	if minor, ok := amount(word); ok {
		return `(` + term + ` OR amount IN (?, ?))`, append(values, minor, minor*100)
	}
	return term, values
}

// amount parses a word such as 49, 49.00, 49,00 or €49.00 as an amount in minor units.
func amount(word string) (minor int64, ok bool) {
	plain := strings.Replace(strings.Trim(word, "€$£¥₹"), ",", ".", 1)
	if units, cents, found := strings.Cut(plain, "."); found && len(cents) == 2 {
		minor, err := strconv.ParseInt(units+cents, 10, 64)
		return minor, err == nil
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	return n, err == nil && n < 1<<50
}

// Tallies returns the number of subjects for each combination of endpoint, environment, kind, state and reasons for
// review. It reads the table of these numbers, not the subjects; package status calls it at the start, counts by
// itself, and stores what has changed with the subjects.
func (s *Statuses) Tallies(ctx context.Context) ([]hook.SubjectCount, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT endpoint, world, kind, state, inside, review, number FROM tallies`)
	if err != nil {
		return nil, fmt.Errorf("count statuses: %w", err)
	}
	defer rows.Close()
	var all []hook.SubjectCount
	for rows.Next() {
		var t hook.SubjectCount
		var review string
		err := rows.Scan(&t.Endpoint, &t.Environment, &t.Kind, &t.State, &t.Inside, &review, &t.Count)
		if err != nil {
			return nil, fmt.Errorf("count statuses: %w", err)
		}
		t.Review = readReviews(review)
		all = append(all, t)
	}
	return all, rows.Err()
}

// Changed returns the statuses that were last changed by deliveries in (from, until], in the log's order. until is
// upTo, or less if the statuses would take more than so many bytes. It never separates statuses that one delivery
// changed.
func (s *Statuses) Changed(
	ctx context.Context,
	from, upTo hook.Seq,
	bytes int,
) (all []hook.StatusChange, until hook.Seq, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT seq, endpoint, status FROM subjects
		WHERE seq > ? AND seq <= ? AND state <> '' ORDER BY seq, key`, int64(from), int64(upTo))
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

// ImpressionsOf returns when status pages first displayed each state of the subject with these ids, oldest first. A
// subject that others were merged into has several ids.
func (s *Statuses) ImpressionsOf(ctx context.Context, ids []hook.StatusID) ([]hook.Impression, error) {
	all := []hook.Impression{}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("read impressions: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT state, min(at), by FROM shown
		WHERE status IN (SELECT value FROM json_each(?)) GROUP BY state ORDER BY min(at), state`, string(list))
	if err != nil {
		return nil, fmt.Errorf("read impressions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sh hook.Impression
		var at int64
		if err := rows.Scan(&sh.State, &at, &sh.By); err != nil {
			return nil, fmt.Errorf("read impressions: %w", err)
		}
		sh.At = hook.Millis(at)
		all = append(all, sh)
	}
	return all, rows.Err()
}

// TimesToPaid returns how long an endpoint's payments took from the first event to the paid state, for at most limit
// of its newest live payments, shortest first. It looks at the newest maxScan subjects of all endpoints.
func (s *Statuses) TimesToPaid(ctx context.Context, endpoint hook.EndpointID, limit int) ([]time.Duration, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT took FROM (
			SELECT took FROM (SELECT endpoint, world, took FROM subjects ORDER BY seq DESC LIMIT ?)
			WHERE endpoint = ? AND world = '' AND took > 0 LIMIT ?
		) ORDER BY took`, maxScan, string(endpoint), limit)
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

// subjectBytes is an SQL expression for about how many bytes of the file a subject takes. The column words is counted
// twice, because it contains the aliases, which are also in the table names.
const subjectBytes = `octet_length(status) + octet_length(links) + octet_length(evidence) +
	2 * octet_length(words) + 200`

// sizedRow makes scanSubject read one more column, subjectBytes.
type sizedRow struct {
	*sql.Rows
	size *int64
}

func (r sizedRow) Scan(targets ...any) error { return r.Rows.Scan(append(targets, r.size)...) }

// Oldest returns the subjects that were updated least recently, and about how many bytes each takes. With unverified,
// it returns only those that no verified delivery ever reported.
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

// UnverifiedBytes returns about how many bytes the subjects take that no verified delivery ever reported.
func (s *Statuses) UnverifiedBytes(ctx context.Context) (bytes int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(`+subjectBytes+`), 0) FROM subjects
		INDEXED BY subjects_unverified WHERE world = 'unsigned'`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("measure unverified subjects: %w", err)
	}
	return bytes, nil
}

// Used returns how many bytes of the database file are in use. The file itself does not shrink.
func (s *Statuses) Used(ctx context.Context) (bytes int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT page_size * (page_count - freelist_count)
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count`).Scan(&bytes)
	if err != nil {
		return 0, fmt.Errorf("measure the statuses: %w", err)
	}
	return bytes, nil
}

// Each calls do for every subject, in the order in which they were first reported, and returns the first error of do.
// With reviewed it calls do for those that a person reviewed. Each subject is a query of its own, so no read
// transaction is open while do runs.
func (s *Statuses) Each(ctx context.Context, reviewed bool, do func(*hook.Subject) error) error {
	query := `SELECT ` + subjectColumns + ` FROM subjects WHERE key > ? ORDER BY key LIMIT 1`
	if reviewed {
		query = `SELECT ` + subjectColumns + ` FROM subjects INDEXED BY subjects_reviewed
			WHERE key > ? AND instr(links, '"reviewed":') > 0 ORDER BY key LIMIT 1`
	}
	for after := int64(0); ; {
		sub, err := s.querySubject(ctx, query, after)
		if err != nil || sub == nil {
			return err
		}
		after = sub.Key
		if err := do(sub); err != nil {
			return err
		}
	}
}
