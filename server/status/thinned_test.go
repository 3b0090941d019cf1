package status

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// thin has more unsigned deliveries be received than there is room for, between verified ones, and returns how many are
// gone from the middle of the log.
func (h *harness) thin() int64 {
	h.Helper()
	h.stop()
	h.open(sqlite.Options{KeepBytes: 60_000})
	h.receive(life(0)...)
	for n := 1; n <= 80; n++ {
		h.append(hook.Unsigned, life(n)[2])
	}
	h.receive(life(100)...)
	gone := h.sweepLog()
	h.stop()
	h.open(sqlite.Options{KeepBytes: 60_000}) // the log's tail in memory is gone, too
	return gone
}

func (h *harness) sweepLog() int64 {
	h.Helper()
	n, err := h.log.SweepOnce(h.Context())
	if err != nil || n == 0 || h.log.FirstKept() != 1 {
		h.Fatalf("%d deliveries went, swept %d: %v", n, h.log.FirstKept()-1, err)
	}
	return n
}

func TestARebuildImportsWhatIsGoneFromTheMiddleOfTheLog(t *testing.T) {
	h := newHarness(t)
	gone := h.thin()
	if gone == 80 || h.log.Thinned() <= 5 {
		t.Fatalf("%d are gone, thinned %d", gone, h.log.Thinned())
	}
	before := h.list(hook.StatusFilter{})
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	if diff := cmp.Diff(before, h.list(hook.StatusFilter{})); diff != "" || len(before) != 82 {
		t.Errorf("%d statuses: %s", len(before), diff)
	}
}

// TestOnlyWhatIsGoneIsImported changes the endpoint's rules, which then count for the deliveries that are kept.
func TestOnlyWhatIsGoneIsImported(t *testing.T) {
	h := newHarness(t)
	gone := h.thin()
	h.change(func(e *hook.Endpoint) { e.Statuses.References = []string{"data.object.id"} })
	h.rebuild()
	old := 0
	for _, s := range h.list(hook.StatusFilter{}) {
		if !h.isNamed(&s, "order/cs_"+strings.TrimPrefix(s.Subject, "checkout/cs_")) {
			old++
		}
	}
	if int64(old) != gone {
		t.Errorf("%d statuses are as they were read before, and %d deliveries are gone", old, gone)
	}
	h.change(func(e *hook.Endpoint) { e.Statuses.References = nil })
	h.rebuild()
	for _, s := range h.list(hook.StatusFilter{}) {
		if name := "order/cs_" + strings.TrimPrefix(s.Subject, "checkout/cs_"); h.isNamed(&s, name) {
			t.Errorf("%s of rules that are no more", name)
		}
	}
}

// isNamed reports whether a reference leads to something in the environment of a status.
func (h *harness) isNamed(s *hook.Status, reference string) bool {
	h.Helper()
	environment := hook.EnvironmentLive
	if s.Unverified {
		environment = hook.EnvironmentUnsigned
	}
	row, _, err := h.view.named(h.Context(), shop, environment, reference)
	if err != nil {
		h.Fatal(err)
	}
	return row != nil
}

// TestARebuildImportsWhatGoesFromTheMiddleMeanwhile removes deliveries that the rebuild has read, and others.
func TestARebuildImportsWhatGoesFromTheMiddleMeanwhile(t *testing.T) {
	for _, first := range []int{6, 30, 90} {
		h := newHarness(t)
		h.thin()
		before := h.list(hook.StatusFilter{})
		next, err := h.projector.newReplacement(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		page, upTo, err := h.log.After(t.Context(), 0, first)
		if err != nil || next.Apply(t.Context(), page, upTo) != nil {
			t.Fatal(err)
		}
		for i := range page {
			next.read.add(page[i].Seq)
		}
		for n := 200; n < 230; n++ {
			h.append(hook.Unsigned, life(n)[2])
		}
		h.sweepLog()
		for range 2 {
			if err := next.catchUpTo(t.Context(), h.projector, h.projector.Flush); err != nil {
				t.Fatal(err)
			}
		}
		after, _, err := next.View().Statuses(t.Context(), hook.StatusFilter{}, "", 200)
		if diff := cmp.Diff(before, after); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestASetOfSeqs(t *testing.T) {
	var set seqSet
	in := []hook.Seq{1, 2, 63, 64, 127, 1000, 1_000_000_007}
	for _, seq := range in {
		set.add(seq)
	}
	for _, seq := range append(in, 0, 3, 62, 65, 128, 999, 1001, 1_000_000_006, 1<<40) {
		if set.has(seq) != slices.Contains(in, seq) {
			t.Errorf("%d: %v", seq, set.has(seq))
		}
	}
	if len(set.words) != 4 {
		t.Errorf("%d words", len(set.words))
	}
}

// TestARebuildImportsWhatTheLimitOfAnEndpointRemoved removes verified deliveries from the middle of the log. Their
// payments keep what they know, also after a rebuild.
func TestARebuildImportsWhatTheLimitOfAnEndpointRemoved(t *testing.T) {
	h := newHarness(t)
	e := h.endpoint
	e.Slug, e.Verify, e.MaxBody, e.Retention = "stripe", hook.Enforce, 1, hook.Retention{MaxDeliveries: 10}
	other := life(500)[0].record(hook.Verified)
	other.Endpoint = "ep_other"
	if err := h.log.Append(&other); err != nil { // so that the oldest end of the log stays where it is
		t.Fatal(err)
	}
	for n := range 12 {
		h.receive(life(n)...)
	}
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := h.db.Registry().PutEndpoint(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	before := h.list(hook.StatusFilter{})
	gone := h.sweepLog()
	h.stop()
	h.open(sqlite.Options{})
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	after := h.list(hook.StatusFilter{})
	if diff := cmp.Diff(before, after); diff != "" || len(before) != 12 || gone < 20 {
		t.Errorf("%d statuses after %d deliveries went: %s", len(after), gone, diff)
	}
}

// TestNothingIsRemovedBeforeItIsStored checks what a limit of an endpoint waits for.
func TestNothingIsRemovedBeforeItIsStored(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	if got := h.projector.Stored(); got != 0 {
		t.Errorf("stored up to %d, before anything was written", got)
	}
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := h.projector.Stored(); got != h.log.Head() {
		t.Errorf("stored up to %d of %d", got, h.log.Head())
	}
}
