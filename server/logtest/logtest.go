// Package logtest is the conformance suite for logs of deliveries. Each implementation runs it in a test of its own:
//
//	logtest.Run(t, func(t *testing.T) logtest.Harness { … })
//
// It promises that logs that pass are interchangeable for followers, for readers and for the duplicate rule. The suite
// uses only the interfaces below and assumes nothing about storage. What only some logs can do, such as a restart, is a
// function of the Harness that may be nil; the tests that need it are then skipped.
//
// Start reading at Harness. Memory is the smallest log that passes; tests of followers use it.
package logtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// Log is the state of a log: its identity and its two ends. Like Reader, it is safe for use by many goroutines: readers
// call both while others append.
type Log interface {
	// Epoch identifies the log: it never changes, and no other log has it. It must be usable in a hook.Cursor.
	Epoch() string
	// Head is the newest seq that readers can get, 0 for an empty log. It never decreases.
	Head() hook.Seq
	// FirstKept is the seq from which on no verified delivery was removed. It is 1 at first and never decreases.
	FirstKept() hook.Seq
	// Changed returns a channel that is closed when Head moves after this call.
	Changed() <-chan struct{}
}

// Reader reads deliveries in the log's order. A follower reads a page with After, and with EachRecord the bodies of
// those deliveries of the page that it needs.
type Reader interface {
	// After returns at most limit of the deliveries after from, oldest first. The page is complete up to upTo: a seq
	// in (from, upTo] that is not in it is no longer kept.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	// EachRecord calls do with the full record of each delivery of such a page, in order. It skips deliveries that were
	// removed meanwhile, and returns the first error of do.
	EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error
}

// Harness is one new, empty log under test. The implementation's test creates it in the function that it passes to
// Run, and frees it with t.Cleanup.
type Harness struct {
	Log    Log
	Reader Reader
	// Append appends a record and sets what the log decides: Seq, ID, DuplicateOf and Occurrence.
	Append func(*hook.Record) error

	// Settle returns when Log and Reader show everything that was appended. nil: they do so when Append returns.
	Settle func()
	// Remove removes single deliveries, as retention does with rejected ones. nil: the log cannot.
	Remove func(seqs ...hook.Seq)
	// RemoveUpTo removes the oldest deliveries, up to and including seq. nil: the log cannot.
	RemoveUpTo func(seq hook.Seq)
	// Reopen closes the log and opens it again, as a restart does. Log and Reader then use the reopened log. nil: the
	// log cannot be reopened.
	Reopen func()
}

// Run runs the suite. open is called once by most tests, and several times by those that compare logs.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for name, test := range map[string]func(*testing.T, func(*testing.T) Harness){
		"an empty log":                          emptyLog,
		"seqs are consecutive, from 1":          seqsAreConsecutive,
		"pages join without overlap or hole":    pagesJoin,
		"concurrent appends":                    concurrentAppends,
		"records come back byte for byte":       recordsComeBack,
		"an error of the caller ends a reading": callersErrorEnds,
		"a canceled reading gives nothing away": canceledReading,
		"a change is announced":                 changeIsAnnounced,
		"a waiting reader misses nothing":       waitingReader,
		"each log has its own epoch":            ownEpoch,
		"duplicates are those of the rule":      duplicates,
		"holes are within complete ranges":      holes,
		"the oldest end":                        oldestEnd,
		"a restart":                             restart,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// start is the time from which the times of the tests' deliveries are counted.
var start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// record returns the n-th record of a test, an unsigned delivery. Its body and headers contain what a careless encoding
// would change: NUL, invalid UTF-8, a repeated header, and a value with a colon and spaces.
func record(n int) *hook.Record {
	body := fmt.Sprintf("{\"n\":%d}\r\n\x00\xff", n)
	return &hook.Record{
		Delivery: hook.Delivery{Endpoint: "ep_a", Method: "POST", Path: "/", Query: "a=%20b",
			ContentType: "application/json", Size: int64(len(body)), Verdict: hook.Unsigned,
			ReceivedAt: hook.Time{Time: start.Add(time.Duration(n) * time.Second)}},
		Request: hook.Request{Host: "h.example", Proto: "HTTP/1.1", Remote: "192.0.2.1", Took: 42 * time.Microsecond,
			Headers: []hook.Header{{Name: "A", Value: "1"}, {Name: "A", Value: ": 2: "}, {Name: "B", Value: ""}},
			Body:    []byte(body)},
	}
}

// settled returns a new log with n records that readers can see.
func settled(t *testing.T, open func(*testing.T) Harness, n int) (Harness, []*hook.Record) {
	t.Helper()
	h := open(t)
	records := make([]*hook.Record, n)
	for i := range records {
		records[i] = record(i + 1)
		h.append(t, records[i])
	}
	h.settle()
	return h, records
}

// append appends r and fails the test if that fails.
func (h *Harness) append(t *testing.T, r *hook.Record) {
	t.Helper()
	if err := h.Append(r); err != nil {
		t.Fatal(err)
	}
}

// settle calls Settle if the log needs it. Tests call it after appends, before they read.
func (h *Harness) settle() {
	if h.Settle != nil {
		h.Settle()
	}
}

// readAll reads the log from a seq to its head, in pages of limit, and checks each page.
func (h *Harness) readAll(t *testing.T, from hook.Seq, limit int) (all []hook.Delivery) {
	t.Helper()
	for from < h.Log.Head() {
		page, upTo, err := h.Reader.After(t.Context(), from, limit)
		if err != nil {
			t.Fatal(err)
		}
		checkPage(t, page, from, upTo, limit)
		if upTo == from {
			t.Fatalf("after %d there is nothing, though the head is %d", from, h.Log.Head())
		}
		all, from = append(all, page...), upTo
	}
	return all
}

// checkPage fails the test unless the page after from is within its limit, ascending, within (from, upTo], and complete
// exactly up to its last delivery if it is full.
func checkPage(t *testing.T, page []hook.Delivery, from, upTo hook.Seq, limit int) {
	t.Helper()
	if len(page) > limit {
		t.Fatalf("%d deliveries, the limit is %d", len(page), limit)
	}
	last := from
	for _, d := range page {
		if d.Seq <= last || d.Seq > upTo {
			t.Fatalf("seq %d after %d in a page of (%d, %d]", d.Seq, last, from, upTo)
		}
		last = d.Seq
	}
	// A full page says nothing about what follows it; claiming more would make a reader skip deliveries.
	if len(page) == limit && upTo != last {
		t.Fatalf("a full page ends at %d and is complete up to %d", last, upTo)
	}
}

// seqs returns the seqs of a page's deliveries, for comparisons and messages.
func seqs(page []hook.Delivery) (all []hook.Seq) {
	for _, d := range page {
		all = append(all, d.Seq)
	}
	return all
}
