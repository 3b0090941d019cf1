// Package logtest holds what every log of deliveries must do, as one suite of tests that each implementation runs:
//
//	logtest.Run(t, func(t *testing.T) logtest.Harness { … })
//
// It promises that two logs that pass can take each other's place: followers, readers and the duplicate rule do not
// notice. The suite knows a log by its methods alone and makes nothing up about how it stores: what only one kind of
// log can do is a function of its Harness that may be nil.
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

// Log is where a log stands.
type Log interface {
	// Epoch names the log: it never changes, and no other log has it.
	Epoch() string
	// Head is the newest seq that readers are given, 0 where there is none. It never goes back.
	Head() hook.Seq
	// FirstKept is the seq from which on only what does not count was removed. It begins with 1 and never goes back.
	FirstKept() hook.Seq
	// Changed returns a channel that is closed when Head moves after this call.
	Changed() <-chan struct{}
}

// Reader reads a log.
type Reader interface {
	// After returns at most limit of the deliveries after from, oldest first, and up to which seq they are complete:
	// what is missing in (from, upTo] is not kept any more.
	After(ctx context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error)
	// EachRecord calls do for the deliveries of such a page, whole and in order, and leaves out those that are gone.
	EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error
}

// Harness is one new, empty log under test. Whoever makes it frees it when its test ends.
type Harness struct {
	Log    Log
	Reader Reader
	// Append appends a record and fills what the log decides: Seq, ID, DuplicateOf and Try.
	Append func(*hook.Record) error

	// Settle returns when Log shows all that was appended; nil: it does so at once.
	Settle func()
	// Remove takes deliveries out of the log, as retention does with rejected ones; nil: the log cannot.
	Remove func(seqs ...hook.Seq)
	// RemoveUpTo removes the oldest deliveries; nil: the log cannot.
	RemoveUpTo func(seq hook.Seq)
	// Reopen closes the log and opens it again, as a restart does, behind the same Log and Reader; nil: it cannot.
	Reopen func()
}

// Run runs the suite. open is called once for each test, and more than once where a test compares logs.
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

// start is when the first delivery of a test was received.
var start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// record returns the n-th record of a test, an unsigned delivery.
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

// settled returns a new log with so many records.
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

func (h *Harness) append(t *testing.T, r *hook.Record) {
	t.Helper()
	if err := h.Append(r); err != nil {
		t.Fatal(err)
	}
}

func (h *Harness) settle() {
	if h.Settle != nil {
		h.Settle()
	}
}

// readAll reads the log from a seq to its head, in pages of limit, and checks what must hold of each page.
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

func checkPage(t *testing.T, page []hook.Delivery, from, upTo hook.Seq, limit int) {
	t.Helper()
	if len(page) > limit {
		t.Fatalf("%d deliveries, the limit is %d", len(page), limit)
	}
	last := from
	for _, d := range page {
		if d.Seq <= last || d.Seq > upTo {
			t.Fatalf("seq %d stands behind %d in a page of (%d, %d]", d.Seq, last, from, upTo)
		}
		last = d.Seq
	}
	if len(page) == limit && upTo != last {
		t.Fatalf("a full page ends at %d and is complete up to %d", last, upTo)
	}
}

func seqs(page []hook.Delivery) (all []hook.Seq) {
	for _, d := range page {
		all = append(all, d.Seq)
	}
	return all
}
