package logtest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"

	"hookbeam/server/hook"
)

// emptyLog expects that a new log has no deliveries, and that a reader beyond its head gets no error.
func emptyLog(t *testing.T, open func(*testing.T) Harness) {
	h := open(t)
	if h.Log.Epoch() == "" || h.Log.Head() != 0 || h.Log.FirstKept() != 1 {
		t.Errorf("epoch %q, head %d, first kept %d", h.Log.Epoch(), h.Log.Head(), h.Log.FirstKept())
	}
	for _, from := range []hook.Seq{0, 7} {
		page, upTo, err := h.Reader.After(t.Context(), from, 10)
		if err != nil || len(page) != 0 || upTo != from {
			t.Errorf("after %d: %v up to %d, %v", from, seqs(page), upTo, err)
		}
	}
}

// seqsAreConsecutive expects the seqs 1, 2, 3, … that ids contain them, and that lists return what was appended.
func seqsAreConsecutive(t *testing.T, open func(*testing.T) Harness) {
	h, records := settled(t, open, 20)
	for i, r := range records {
		if seq, _, ok := r.ID.Parse(); r.Seq != hook.Seq(i+1) || !ok || seq != r.Seq {
			t.Errorf("record %d has seq %d and id %s", i+1, r.Seq, r.ID)
		}
	}
	all := h.readAll(t, 0, 100)
	if len(all) != len(records) || h.Log.Head() != 20 {
		t.Fatalf("%d deliveries, head %d", len(all), h.Log.Head())
	}
	for i := range all {
		if !reflect.DeepEqual(all[i], records[i].Delivery) {
			t.Errorf("read %+v, appended was %+v", all[i], records[i].Delivery)
		}
	}
}

// pagesJoin expects the same deliveries for every page size and starting position.
func pagesJoin(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 17)
	for _, limit := range []int{1, 2, 3, 16, 17, 18} {
		for _, from := range []hook.Seq{0, 1, 5, 16} {
			if got := h.readAll(t, from, limit); len(got) != 17-int(from) || got[0].Seq != from+1 {
				t.Errorf("from %d by %d: %v", from, limit, seqs(got))
			}
		}
	}
	for _, from := range []hook.Seq{17, 18, 1000} { // a reader's position may be beyond the head
		if page, upTo, err := h.Reader.After(t.Context(), from, 5); err != nil || len(page) != 0 || upTo != from {
			t.Errorf("after %d: %v up to %d, %v", from, seqs(page), upTo, err)
		}
	}
}

// concurrentAppends expects that no append is lost and that each sender's deliveries keep their order.
func concurrentAppends(t *testing.T, open func(*testing.T) Harness) {
	h := open(t)
	const senders, each = 8, 25
	var all sync.WaitGroup
	given := make([][]hook.Seq, senders)
	for s := range senders {
		all.Go(func() {
			for n := range each {
				r := record(s*each + n)
				if err := h.Append(r); err != nil {
					t.Error(err)
					return
				}
				given[s] = append(given[s], r.Seq)
			}
		})
	}
	all.Wait()
	h.settle()
	for _, seqs := range given {
		if !slices.IsSorted(seqs) {
			t.Errorf("one sender's deliveries have the order %v", seqs)
		}
	}
	every := slices.Concat(given...)
	slices.Sort(every)
	if got := seqs(h.readAll(t, 0, 64)); len(got) != senders*each || !slices.Equal(got, every) {
		t.Errorf("%d appended, %d read", len(every), len(got))
	}
}

// recordsComeBack expects that EachRecord returns bodies and headers as they were appended, for the deliveries of the
// page only.
func recordsComeBack(t *testing.T, open func(*testing.T) Harness) {
	h, records := settled(t, open, 9)
	page := h.readAll(t, 0, 100)
	page = slices.Delete(page, 3, 5) // a reader may filter a page before it asks for the records
	wanted := slices.Delete(slices.Clone(records), 3, 5)
	n := 0
	if err := h.Reader.EachRecord(t.Context(), page, func(r *hook.Record) error {
		want := wanted[n]
		n++
		if !reflect.DeepEqual(r.Delivery, want.Delivery) || string(r.Body) != string(want.Body) ||
			!slices.Equal(r.Headers, want.Headers) {
			t.Errorf("read %+v, appended was %+v", r, want)
		}
		return nil
	}); err != nil || n != len(wanted) {
		t.Errorf("%d of %d records: %v", n, len(wanted), err)
	}
}

// callersErrorEnds expects that EachRecord stops at the first error of its callback and returns that error.
func callersErrorEnds(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 5)
	enough, n := errors.New("enough"), 0
	err := h.Reader.EachRecord(t.Context(), h.readAll(t, 0, 10), func(*hook.Record) error {
		if n++; n == 3 {
			return enough
		}
		return nil
	})
	// The log may wrap the error, but must not replace it.
	if !errors.Is(err, enough) || n != 3 {
		t.Errorf("after %d records: %v", n, err)
	}
}

// canceledReading reads with a context that has ended. A log may answer from memory; otherwise it must return the
// context's error and no deliveries. The next reading must not be affected.
func canceledReading(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 5)
	if h.Reopen != nil {
		h.Reopen() // so that nothing is in memory
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	page, upTo, err := h.Reader.After(ctx, 1, 3)
	switch {
	case err != nil && (len(page) != 0 || upTo != 1 || !errors.Is(err, context.Canceled)):
		t.Errorf("%v up to %d, %v", seqs(page), upTo, err)
	case err == nil && !slices.Equal(seqs(page), []hook.Seq{2, 3, 4}):
		t.Errorf("%v up to %d", seqs(page), upTo)
	}
	if got := h.readAll(t, 0, 3); len(got) != 5 {
		t.Errorf("the next reader gets %v", seqs(got))
	}
}

// changeIsAnnounced expects that the channel of Changed is open before an append and closed after it.
func changeIsAnnounced(t *testing.T, open func(*testing.T) Harness) {
	h := open(t)
	for n := range 3 {
		changed := h.Log.Changed()
		if isClosed(changed) {
			t.Fatal("a change is announced that has not happened")
		}
		h.append(t, record(n))
		h.settle()
		if !isClosed(changed) || h.Log.Head() != hook.Seq(n+1) {
			t.Fatalf("head %d, announced: %t", h.Log.Head(), isClosed(changed))
		}
	}
}

// isClosed reports whether a channel on which nothing is sent was closed.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// waitingReader reads while another goroutine appends, as followers do: it takes the channel, reads a page, and waits
// if there was nothing. A log that does not announce a change makes it hang.
func waitingReader(t *testing.T, open func(*testing.T) Harness) {
	h := open(t)
	const total = 200
	var appending sync.WaitGroup
	appending.Go(func() {
		for n := range total {
			if err := h.Append(record(n)); err != nil {
				t.Error(err)
				return
			}
			if n%10 == 9 {
				h.settle()
			}
		}
	})
	var got []hook.Seq
	// Changed must be called before After: a delivery that is appended between the two closes the channel, so the
	// reader does not wait for the next one.
	for from := hook.Seq(0); from < total && !t.Failed(); {
		changed := h.Log.Changed()
		page, upTo, err := h.Reader.After(t.Context(), from, 7)
		if err != nil {
			t.Fatal(err)
		}
		checkPage(t, page, from, upTo, 7)
		if got = append(got, seqs(page)...); upTo == from {
			<-changed
		}
		from = upTo
	}
	appending.Wait()
	if len(got) != total || got[0] != 1 || got[total-1] != total {
		t.Errorf("%d of %d: %v", len(got), total, got)
	}
}

// ownEpoch expects an epoch that differs between logs, does not change, and can be part of a cursor.
func ownEpoch(t *testing.T, open func(*testing.T) Harness) {
	one, other := open(t), open(t)
	if one.Log.Epoch() == other.Log.Epoch() {
		t.Errorf("two logs have the epoch %q", one.Log.Epoch())
	}
	before := one.Log.Epoch()
	one.append(t, record(1))
	one.settle()
	if one.Log.Epoch() != before {
		t.Errorf("the epoch went from %q to %q", before, one.Log.Epoch())
	}
	c := hook.Cursor{Epoch: before, Seq: 1}
	if back, err := hook.ParseCursor(c.String()); err != nil || back != c {
		t.Errorf("the epoch cannot be used in a cursor: %v", err)
	}
}

// duplicates appends repeated events, alone and in batches, and compares the outcomes with those of
// hook.ResolveDuplicate on a map of claims.
func duplicates(t *testing.T, open func(*testing.T) Harness) {
	h := open(t)
	rule := newMemory() // applies hook.ResolveDuplicate to the same records
	verified := func(n int, event string) *hook.Record {
		r := record(n)
		r.Verdict, r.Event = hook.Verified, event
		return r
	}
	batch := func(n int, events ...string) *hook.Record {
		r := verified(n, "")
		for _, id := range events {
			r.Batch = append(r.Batch, hook.Event{ID: id})
		}
		r.Events = len(events)
		return r
	}
	unsigned := record(1)
	unsigned.Event = "a"
	rejected := record(1)
	rejected.Event, rejected.Verdict = "a", hook.Rejected
	other := verified(2, "a")
	other.Endpoint = "ep_b"
	// Deliveries that were not verified come first and claim nothing. Then: repeats with the same and with another
	// body, the same id at another endpoint, deliveries without an id, and batches that are repeated wholly, in
	// part, or with an event that has no id.
	for i, r := range []*hook.Record{
		unsigned, rejected, verified(1, "a"), verified(1, "a"), verified(2, "a"), other,
		verified(3, ""), verified(3, ""),
		batch(4, "a", "b", "b"), batch(5, "b", "a"), batch(6, "a", ""), verified(7, "b"), batch(8, "c"), batch(8, "c"),
	} {
		want := *r
		if err := rule.Append(&want); err != nil {
			t.Fatal(err)
		}
		h.append(t, r)
		if r.DuplicateOf != want.DuplicateOf || r.Occurrence != want.Occurrence || r.Reason != want.Reason {
			t.Errorf("record %d: duplicate of %d, occurrence %d, %q; by the rule %d, %d, %q", i+1,
				r.DuplicateOf, r.Occurrence, r.Reason, want.DuplicateOf, want.Occurrence, want.Reason)
		}
	}
}

// holes removes single deliveries and expects that pages stay complete without them, also those that were read before.
func holes(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 12)
	if h.Remove == nil {
		t.Skip("NOT TESTED: gaps, because this log cannot remove single deliveries")
	}
	stale := h.readAll(t, 0, 100) // a page that a reader holds while retention removes some of it
	h.Remove(2, 3, 7, 11)
	want := []hook.Seq{1, 4, 5, 6, 8, 9, 10, 12}
	for _, limit := range []int{1, 3, 100} {
		if got := seqs(h.readAll(t, 0, limit)); !slices.Equal(got, want) {
			t.Errorf("by %d: %v", limit, got)
		}
	}
	if h.Log.Head() != 12 || h.Log.FirstKept() != 1 {
		t.Errorf("head %d, first kept %d", h.Log.Head(), h.Log.FirstKept())
	}
	var read []hook.Seq
	if err := h.Reader.EachRecord(t.Context(), stale, func(r *hook.Record) error {
		read = append(read, r.Seq)
		return nil
	}); err != nil || !slices.Equal(read, want) {
		t.Errorf("of a page that is out of date: %v, %v", read, err)
	}
}

// oldestEnd removes the oldest deliveries and expects that FirstKept moves, and that readers before it continue there.
func oldestEnd(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 10)
	if h.RemoveUpTo == nil {
		t.Skip("NOT TESTED: retention, because this log keeps everything")
	}
	h.RemoveUpTo(4)
	if h.Log.FirstKept() != 5 || h.Log.Head() != 10 {
		t.Errorf("first kept %d, head %d", h.Log.FirstKept(), h.Log.Head())
	}
	// Readers whose position is before FirstKept get the oldest delivery that is kept.
	for _, from := range []hook.Seq{0, 2, 4} {
		if got := h.readAll(t, from, 4); len(got) != 6 || got[0].Seq != 5 {
			t.Errorf("after %d: %v", from, seqs(got))
		}
	}
	h.append(t, record(11))
	h.settle()
	if h.Log.Head() != 11 {
		t.Errorf("the next is %d", h.Log.Head())
	}
}

// restart expects that a reopened log has the same epoch, ends and deliveries, and continues with the next seq.
func restart(t *testing.T, open func(*testing.T) Harness) {
	h, _ := settled(t, open, 6)
	if h.Reopen == nil {
		t.Skip("NOT TESTED: reopening, because the harness cannot reopen this log")
	}
	if h.RemoveUpTo != nil {
		h.RemoveUpTo(2)
	}
	epoch, first := h.Log.Epoch(), h.Log.FirstKept()
	before := h.readAll(t, first-1, 4)
	h.Reopen()
	if h.Log.Epoch() != epoch || h.Log.Head() != 6 || h.Log.FirstKept() != first {
		t.Errorf("epoch %q, head %d, first kept %d", h.Log.Epoch(), h.Log.Head(), h.Log.FirstKept())
	}
	if after := h.readAll(t, first-1, 4); !reflect.DeepEqual(after, before) {
		t.Errorf("%v, before the restart %v", after, before)
	}
	// A seq is never given twice, although some deliveries were removed before the restart.
	r := record(7)
	if h.append(t, r); r.Seq != 7 {
		t.Errorf("the next is %d", r.Seq)
	}
}
