package sqlite

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// The kinds of accounts. Those of deliveries are their verdicts, with an account for each endpoint; the others have one
// account. They are stored in the column kind of the table counts.
const (
	kindVerified  = string(hook.Verified)
	kindUnsigned  = string(hook.Unsigned)
	kindRejected  = string(hook.Rejected)
	kindEvents    = "events"
	kindForgotten = "forgotten"       // event ids that retention has deleted
	kindEarly     = "forgotten_early" // those of them that were younger than rememberFor
)

// rowAmount is a number of rows and how many bytes of the file they take.
type rowAmount struct{ number, bytes int64 }

// accountKey identifies an account. endpoint is "" for kinds that are not counted per endpoint.
type accountKey struct {
	endpoint hook.EndpointID
	kind     string
}

// account is the amount of one kind of rows of one endpoint. It is a row of the table counts.
type account struct {
	rowAmount
	key   accountKey
	total *rowAmount // of this kind, over all endpoints
	dirty bool       // changed since it was last written

	// removedTo is the newest seq of this account that a limit of its endpoint removed; 0: none. Such deliveries are
	// gone from the middle of the log.
	removedTo hook.Seq
}

// ledger counts the rows of the log and their size in memory, so that retention need not query the database after each
// commit.
//
// It belongs to the writer. While a transaction is open, its changes are posted to the accounts and noted in a journal,
// which takes them back if the transaction fails. Other goroutines read the totals as of the last commit.
//
// It is stored in the tables counts and retention, but not at each commit: a transaction that removes rows writes it,
// and so do the sweeper's passes and the end of the writer. Rows that were appended since can be counted at the next
// start (loadLedger), rows that were removed could not.
type ledger struct {
	accounts map[accountKey]*account
	totals   map[string]*rowAmount
	verified *rowAmount // some of totals, which each commit reads
	unsigned *rowAmount
	rejected *rowAmount
	events   *account
	last     *account // the one that account returned last; the next append often needs the same

	journal     []posting // the changes of the open transaction
	saveDue     bool      // the open transaction must write the ledger
	unsaved     bool      // something was committed since the ledger was written
	staleOnDisk bool      // rows were counted at the start that the tables did not include
	remarked    bool      // the removedTo of an account changed since the last publish
	flags       ledgerFlags
	committed   struct { // as of the last commit, for other goroutines
		sync.Mutex
		totals  map[string]rowAmount
		flags   ledgerFlags
		removed map[hook.EndpointID]hook.Seq // the removedTo of verified deliveries; replaced, never modified
	}
}

// posting is one change of an account by the open transaction.
type posting struct {
	account *account
	rowAmount
	removedTo hook.Seq // of the account before
}

// ledgerSavepoint is a point in the open transaction to which the ledger can be rolled back.
type ledgerSavepoint struct {
	postings int
	flags    ledgerFlags
}

// ledgerFlags is the state that a transaction may change beside the accounts.
type ledgerFlags struct {
	exact   bool     // the account of events is correct; see countEvents
	thinned hook.Seq // all unsigned deliveries up to this seq were removed
	gaps    hook.Seq // the greatest removedTo of all accounts
}

// newLedger returns a ledger in which nothing is counted.
func newLedger() *ledger {
	l := &ledger{accounts: map[accountKey]*account{}, totals: map[string]*rowAmount{}}
	l.committed.totals = map[string]rowAmount{}
	l.verified, l.unsigned, l.rejected = l.total(kindVerified), l.total(kindUnsigned), l.total(kindRejected)
	l.events = l.account("", kindEvents)
	return l
}

// account returns the account of an endpoint and kind, and creates it if it does not exist.
func (l *ledger) account(endpoint hook.EndpointID, kind string) *account {
	key := accountKey{endpoint, kind}
	if l.last != nil && l.last.key == key {
		return l.last
	}
	a := l.accounts[key]
	if a == nil {
		a = &account{key: key, total: l.total(kind)}
		l.accounts[key] = a
	}
	l.last = a
	return a
}

// total returns the amount of a kind over all endpoints, including the open transaction.
func (l *ledger) total(kind string) *rowAmount {
	if l.totals[kind] == nil {
		l.totals[kind] = &rowAmount{}
	}
	return l.totals[kind]
}

// post adds to an account what the open transaction adds to the tables. Both numbers are negative for removed rows, and
// the transaction then writes the ledger.
func (l *ledger) post(a *account, number, bytes int64) {
	a.add(number, bytes)
	l.journal = append(l.journal, posting{a, rowAmount{number, bytes}, a.removedTo})
	l.saveDue = l.saveDue || number < 0
}

// mark notes that a limit of an account's endpoint removed its delivery seq. The open transaction writes the ledger.
func (l *ledger) mark(a *account, seq hook.Seq) {
	l.journal = append(l.journal, posting{account: a, removedTo: a.removedTo})
	a.removedTo = max(a.removedTo, seq)
	l.flags.gaps = max(l.flags.gaps, seq)
	a.dirty, l.saveDue, l.remarked = true, true, true
}

// add changes the account and its total.
func (a *account) add(number, bytes int64) {
	a.number += number
	a.bytes += bytes
	a.total.number += number
	a.total.bytes += bytes
	a.dirty = true
}

// savepoint returns the current point of the open transaction.
func (l *ledger) savepoint() ledgerSavepoint { return ledgerSavepoint{len(l.journal), l.flags} }

// rollbackTo takes back what was posted since a savepoint.
func (l *ledger) rollbackTo(m ledgerSavepoint) {
	for _, p := range slices.Backward(l.journal[m.postings:]) {
		p.account.add(-p.number, -p.bytes)
		p.account.removedTo = p.removedTo
	}
	l.journal, l.flags = l.journal[:m.postings], m.flags
}

// rollback takes back everything that the open transaction has posted.
func (l *ledger) rollback() {
	l.rollbackTo(ledgerSavepoint{0, l.committedFlags()})
	l.saveDue = false
}

// commit makes the open transaction's changes final and visible to other goroutines. saved reports whether the
// transaction wrote the ledger. The writer calls it after the commit.
func (l *ledger) commit(saved bool) {
	l.unsaved = !saved && (l.unsaved || len(l.journal) > 0)
	if saved {
		l.staleOnDisk = false
		for _, a := range l.accounts {
			a.dirty = false
		}
	}
	if len(l.journal) > 0 || saved {
		l.publish()
	}
	l.journal, l.saveDue = l.journal[:0], false
}

// publish copies the totals and flags for other goroutines.
func (l *ledger) publish() {
	l.committed.Lock()
	defer l.committed.Unlock()
	for kind, total := range l.totals {
		l.committed.totals[kind] = *total
	}
	l.committed.flags = l.flags
	if !l.remarked {
		return
	}
	l.remarked = false
	l.committed.removed = map[hook.EndpointID]hook.Seq{}
	for key, a := range l.accounts {
		if key.kind == kindVerified && a.removedTo > 0 {
			l.committed.removed[key.endpoint] = a.removedTo
		}
	}
}

// committedFlags returns the flags as of the last commit. Any goroutine may call it.
func (l *ledger) committedFlags() ledgerFlags {
	l.committed.Lock()
	defer l.committed.Unlock()
	return l.committed.flags
}

// committedTotal returns the amount of a kind as of the last commit. Any goroutine may call it.
func (l *ledger) committedTotal(kind string) rowAmount {
	l.committed.Lock()
	defer l.committed.Unlock()
	return l.committed.totals[kind]
}

// saveLedger writes the ledger in the open transaction: changed accounts into counts, everything else into the one row
// of retention. head is the newest seq after the transaction.
func (s *Log) saveLedger(head hook.Seq) error {
	for _, a := range s.ledger.accounts {
		if !a.dirty {
			continue
		}
		if err := s.write.exec(`INSERT INTO counts (endpoint, kind, number, bytes, removed_to) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (endpoint, kind) DO UPDATE SET number = excluded.number, bytes = excluded.bytes,
			removed_to = excluded.removed_to`,
			string(a.key.endpoint), a.key.kind, a.number, a.bytes, int64(a.removedTo)); err != nil {
			return fmt.Errorf("write what is kept: %w", err)
		}
	}
	exact := int64(0)
	if s.ledger.flags.exact {
		exact = 1
	}
	seen, paused := s.clock.saved()
	if err := s.write.exec(`INSERT INTO retention (only, counted_to, events_exact, thinned, seen_at, paused)
		VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (only) DO UPDATE SET counted_to = excluded.counted_to,
		events_exact = excluded.events_exact, thinned = excluded.thinned, seen_at = excluded.seen_at,
		paused = excluded.paused`, int64(head), exact, int64(s.ledger.flags.thinned), seen, paused); err != nil {
		return fmt.Errorf("write what is kept: %w", err)
	}
	if paused > 0 {
		return nil // the clock is not trusted, so its day must not be recorded
	}
	return s.saveHead(head, seen)
}

// loadLedger reads the stored ledger at the start and adds the deliveries that were appended since it was written. In a
// database of a release without a ledger, it counts all deliveries. It returns the newest seq that was ever given.
func (s *Log) loadLedger() (head hook.Seq, err error) {
	row, err := s.write.row(`SELECT counted_to, events_exact, thinned, seen_at, paused FROM retention`)
	if err != nil {
		return 0, err
	}
	countedTo := int64(0)
	if row != nil {
		countedTo = row[0].(int64)
		s.ledger.flags = ledgerFlags{exact: row[1] == int64(1), thinned: hook.Seq(row[2].(int64))}
		s.clock.load(row[3].(int64), row[4].(int64))
	} else {
		event, err := s.write.value(`SELECT 1 FROM events LIMIT 1`)
		if err != nil {
			return 0, err
		}
		s.ledger.flags.exact = event == nil
	}
	if err := s.write.each(`SELECT endpoint, kind, number, bytes, removed_to FROM counts`, func(row []driver.Value) {
		a := s.ledger.account(hook.EndpointID(row[0].(string)), row[1].(string))
		a.add(row[2].(int64), row[3].(int64))
		a.removedTo = hook.Seq(row[4].(int64))
		s.ledger.flags.gaps, s.ledger.remarked = max(s.ledger.flags.gaps, a.removedTo), true
		a.dirty = false
	}); err != nil {
		return 0, err
	}
	newest, err := s.countAfter(countedTo, row == nil)
	s.ledger.publish()
	s.sweeper.events.atOpen = s.ledger.events.rowAmount
	return hook.Seq(max(newest, countedTo)), err
}

// countAfter adds the deliveries after a seq to the ledger, and the event ids that they were the first to claim. With
// all, it does not count events: countEvents then reads all of them. It returns the newest seq, 0 if there is none.
func (s *Log) countAfter(seq int64, all bool) (newest int64, err error) {
	var received int64
	err = s.write.each(`SELECT seq, endpoint, verdict, `+textLengthSQL+`, received_at, event, duplicate_of, events
		FROM deliveries WHERE seq > ? ORDER BY seq`, func(row []driver.Value) {
		endpoint, verdict := hook.EndpointID(row[1].(string)), row[2].(string)
		newest, received = row[0].(int64), row[4].(int64)
		s.ledger.account(endpoint, verdict).add(1, deliveryCost(row[3].(int64)))
		s.ledger.staleOnDisk = true
		if verdict != kindVerified || all {
			return
		}
		event, duplicateOf := row[5].(string), row[6].(int64)
		switch {
		case row[7] != int64(0): // several, whose ids are in the body only
			s.ledger.flags.exact = false
		case event != "" && duplicateOf == 0:
			s.ledger.events.add(1, eventCost(endpoint, event))
		}
	}, seq)
	if newest > 0 {
		s.clock.load(received, s.clock.pausedMillis())
	}
	return newest, err
}
