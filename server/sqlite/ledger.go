package sqlite

import (
	"database/sql/driver"
	"fmt"
	"sync"

	"hookbeam/server/hook"
)

// The kinds of rows that are counted. Those of deliveries are their verdicts, counted for each endpoint.
const (
	kindVerified  = string(hook.Verified)
	kindUnsigned  = string(hook.Unsigned)
	kindRejected  = string(hook.Rejected)
	kindEvents    = "events"
	kindForgotten = "forgotten"       // event ids that were removed
	kindEarly     = "forgotten_early" // those of them that were younger than rememberFor
)

// rowAmount is a number of rows and what they take in the file.
type rowAmount struct{ number, bytes int64 }

type accountKey struct {
	endpoint hook.EndpointID
	kind     string
}

// account is the amount of one kind of rows of one endpoint.
type account struct {
	rowAmount
	key   accountKey
	total *rowAmount // of this kind, over all endpoints
	dirty bool       // changed since it was last written
}

// ledger knows how many rows there are and what they take, without asking the database. It belongs to the writer:
// what a
// transaction does is posted while it is open, and taken back where it fails. Other goroutines read the totals as they
// were when the last transaction was committed.
type ledger struct {
	accounts map[accountKey]*account
	totals   map[string]*rowAmount
	verified *rowAmount // totals that are asked for at each commit
	unsigned *rowAmount
	rejected *rowAmount
	events   *account
	last     *account // of the last append: the next one is often the same

	journal   []posting // of the open transaction
	removed   bool      // the open transaction removes rows: it writes the ledger, too
	unsaved   bool      // something was committed since the ledger was written
	behind    bool      // more was counted at the start than the file says
	flags     ledgerFlags
	committed struct {
		sync.Mutex
		totals map[string]rowAmount
		flags  ledgerFlags
	}
}

// posting is one change of an account by an open transaction.
type posting struct {
	account *account
	rowAmount
}

// ledgerMark is a point within the open transaction.
type ledgerMark struct {
	postings int
	flags    ledgerFlags
}

// ledgerFlags are what a transaction may change beside accounts.
type ledgerFlags struct {
	exact   bool     // the events are counted
	thinned hook.Seq // no unsigned delivery up to this seq is kept
}

func newLedger() *ledger {
	l := &ledger{accounts: map[accountKey]*account{}, totals: map[string]*rowAmount{}}
	l.committed.totals = map[string]rowAmount{}
	l.verified, l.unsigned, l.rejected = l.total(kindVerified), l.total(kindUnsigned), l.total(kindRejected)
	l.events = l.account("", kindEvents)
	return l
}

// account returns the account of an endpoint's rows of a kind, which is made where there is none yet.
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

// total is the amount of a kind over all endpoints.
func (l *ledger) total(kind string) *rowAmount {
	if l.totals[kind] == nil {
		l.totals[kind] = &rowAmount{}
	}
	return l.totals[kind]
}

// post adds to an account what the open transaction adds to the tables; less than nothing where it removes.
func (l *ledger) post(a *account, number, bytes int64) {
	a.add(number, bytes)
	l.journal = append(l.journal, posting{a, rowAmount{number, bytes}})
	l.removed = l.removed || number < 0
}

func (a *account) add(number, bytes int64) {
	a.number += number
	a.bytes += bytes
	a.total.number += number
	a.total.bytes += bytes
	a.dirty = true
}

func (l *ledger) mark() ledgerMark { return ledgerMark{len(l.journal), l.flags} }

// rollbackTo takes back what was posted after a mark.
func (l *ledger) rollbackTo(m ledgerMark) {
	for _, p := range l.journal[m.postings:] {
		p.account.add(-p.number, -p.bytes)
	}
	l.journal, l.flags = l.journal[:m.postings], m.flags
}

// rollback takes back all that the open transaction has posted.
func (l *ledger) rollback() {
	l.rollbackTo(ledgerMark{0, l.committedFlags()})
	l.removed = false
}

// commit makes the open transaction's postings final, and shows them to other goroutines. saved says whether the
// transaction wrote the ledger.
func (l *ledger) commit(saved bool) {
	l.unsaved = !saved && (l.unsaved || len(l.journal) > 0)
	if saved {
		l.behind = false
		for _, a := range l.accounts {
			a.dirty = false
		}
	}
	if len(l.journal) > 0 || saved {
		l.publish()
	}
	l.journal, l.removed = l.journal[:0], false
}

func (l *ledger) publish() {
	l.committed.Lock()
	defer l.committed.Unlock()
	for kind, total := range l.totals {
		l.committed.totals[kind] = *total
	}
	l.committed.flags = l.flags
}

func (l *ledger) committedFlags() ledgerFlags {
	l.committed.Lock()
	defer l.committed.Unlock()
	return l.committed.flags
}

// committedTotal is the amount of a kind when the last transaction was committed. Any goroutine may ask.
func (l *ledger) committedTotal(kind string) rowAmount {
	l.committed.Lock()
	defer l.committed.Unlock()
	return l.committed.totals[kind]
}

// saveLedger writes the ledger into the open transaction, after which head is the newest seq.
func (s *Log) saveLedger(head hook.Seq) error {
	for _, a := range s.ledger.accounts {
		if !a.dirty {
			continue
		}
		if err := s.write.exec(`INSERT INTO counts (endpoint, kind, number, bytes) VALUES (?, ?, ?, ?)
			ON CONFLICT (endpoint, kind) DO UPDATE SET number = excluded.number, bytes = excluded.bytes`,
			string(a.key.endpoint), a.key.kind, a.number, a.bytes); err != nil {
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
		return nil // the day may be wrong
	}
	return s.saveHead(head, seen)
}

// loadLedger reads what was last written of the ledger, and adds what came after. A database of a release that had no
// ledger is counted whole. It returns the newest seq that was ever given.
func (s *Log) loadLedger() (head hook.Seq, err error) {
	row, err := s.write.row(`SELECT counted_to, events_exact, thinned, seen_at, paused FROM retention`)
	if err != nil {
		return 0, err
	}
	countedTo := int64(0)
	if row != nil {
		countedTo = row[0].(int64)
		s.ledger.flags = ledgerFlags{row[1] == int64(1), hook.Seq(row[2].(int64))}
		s.clock.load(row[3].(int64), row[4].(int64))
	} else {
		event, err := s.write.value(`SELECT 1 FROM events LIMIT 1`)
		if err != nil {
			return 0, err
		}
		s.ledger.flags.exact = event == nil
	}
	if err := s.write.each(`SELECT endpoint, kind, number, bytes FROM counts`, func(row []driver.Value) {
		a := s.ledger.account(hook.EndpointID(row[0].(string)), row[1].(string))
		a.add(row[2].(int64), row[3].(int64))
		a.dirty = false
	}); err != nil {
		return 0, err
	}
	newest, err := s.countAfter(countedTo, row == nil)
	s.ledger.publish()
	s.sweeper.events.atOpen = s.ledger.events.rowAmount
	return hook.Seq(max(newest, countedTo)), err
}

// countAfter adds the deliveries after a seq to the ledger, and the event ids that they were the first to claim.
func (s *Log) countAfter(seq int64, whole bool) (newest int64, err error) {
	var received int64
	err = s.write.each(`SELECT seq, endpoint, verdict, `+textColumns+`, received_at, event, duplicate_of, events
		FROM deliveries WHERE seq > ? ORDER BY seq`, func(row []driver.Value) {
		endpoint, verdict := hook.EndpointID(row[1].(string)), row[2].(string)
		newest, received = row[0].(int64), row[4].(int64)
		s.ledger.account(endpoint, verdict).add(1, deliveryCost(row[3].(int64)))
		s.ledger.behind = true
		if verdict != kindVerified || whole {
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
