package status

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// checkReviews fails unless what is counted to be reviewed is what lists have, and what was counted in memory is what a
// restart would count.
func (h *harness) checkReviews(when string, want map[hook.Review]int) {
	h.Helper()
	counts, err := h.view.Counts(h.Context(), hook.StatusFilter{})
	if err != nil {
		h.Fatal(err)
	}
	if diff := cmp.Diff(want, counts.Reviews.Reasons); diff != "" {
		h.Errorf("%s: %s", when, diff)
	}
	if n := len(h.list(hook.StatusFilter{Review: hook.ReviewAny})); counts.Reviews.Total != n {
		h.Errorf("%s: %d counted, %d listed", when, counts.Reviews.Total, n)
	}
	for reason := range want {
		if n := len(h.list(hook.StatusFilter{Review: reason})); counts.Reviews.Reasons[reason] != n {
			h.Errorf("%s, %s: %d counted, %d listed", when, reason, counts.Reviews.Reasons[reason], n)
		}
	}
	if err := h.projector.Flush(); err != nil {
		h.Fatal(err)
	}
	stored := map[hook.SubjectCount]int{}
	for _, t := range h.tallies() {
		n := t.Count
		t.Count = 0
		stored[t] = n
	}
	if diff := cmp.Diff(stored, h.projector.tallies); diff != "" {
		h.Errorf("%s, in memory and stored: %s", when, diff)
	}
}

// TestWhatNeedsReviewIsCounted follows the counts through all that changes them: events, reviews, a merge, a restart, a
// rebuild and retention.
func TestWhatNeedsReviewIsCounted(t *testing.T) {
	h := newHarness(t)
	for order := range 3 {
		h.receive(paidFor(1, fmt.Sprint(order), 4900, ""), paidFor(2, fmt.Sprint(order), 4900, ""))
	}
	h.receive(paidFor(3, "shared", 900, `,"customer":"cus_1"`), paidFor(4, "shared", 900, `,"customer":"cus_2"`))
	h.checkReviews("at first", map[hook.Review]int{hook.ReviewPaidTwice: 3, hook.ReviewReferenceShared: 1})
	other, err := h.view.Counts(t.Context(), hook.StatusFilter{Mode: hook.ModeTest})
	if err != nil || other.Reviews.Total != 0 {
		t.Errorf("in test mode: %+v, %v", other, err)
	}

	id := h.one("order/0").ID
	for _, cleared := range []bool{true, true, false, true} {
		if _, err := h.projector.Review(t.Context(), id, cleared, "ada", ""); err != nil {
			t.Fatal(err)
		}
	}
	h.checkReviews("one is reviewed", map[hook.Review]int{hook.ReviewPaidTwice: 2, hook.ReviewReferenceShared: 1})
	h.receive(event{id: "evt_usd", typ: "payment_intent.succeeded", minute: 9,
		object: `{"id":"pi_usd","amount":500,"amount_received":500,"currency":"usd","metadata":{"order_id":"0"}}`})
	now := map[hook.Review]int{
		hook.ReviewPaidTwice: 2, hook.ReviewCurrenciesDiffer: 1, hook.ReviewReferenceShared: 1,
	}
	h.checkReviews("another reason", now)

	h.stop()
	h.open(sqlite.Options{})
	h.checkReviews("after a restart", now)
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	h.checkReviews("after a rebuild", now)

	refund := func(n int) event {
		return event{id: fmt.Sprint("evt_refund_", n), typ: "charge.refunded", minute: 20, object: fmt.Sprintf(
			`{"id":"ch_%d_2","object":"charge","payment_intent":"pi_%d_2","amount":4900,"amount_captured":4900,
			"amount_refunded":4900,"currency":"eur","captured":true}`, n, n)}
	}
	h.receive(refund(1))
	now[hook.ReviewPaidTwice] = 1
	h.checkReviews("one is settled by an event", now)

	h.stop()
	h.keepFor = time.Hour
	h.open(sqlite.Options{})
	h.move(48 * time.Hour)
	if n, err := h.projector.SweepOnce(t.Context()); err != nil || n == 0 {
		t.Fatalf("%d swept, %v", n, err)
	}
	h.checkReviews("after retention", map[hook.Review]int{})
}

// TestAMergeTakesWhatNeededReviewOffTheCount has two payments that are to be reviewed, and turn out to be one.
func TestAMergeTakesWhatNeededReviewOffTheCount(t *testing.T) {
	h := newHarness(t)
	for _, id := range []string{"payment_intent", "id"} {
		h.receive(event{id: "evt_a" + id, typ: "charge.captured", minute: 1, object: fmt.Sprintf(
			`{%q:"x_1","object":"charge","amount":4900,"amount_captured":4900,"currency":"eur","captured":true}`, id)},
			event{id: "evt_b" + id, typ: "charge.captured", minute: 2, object: fmt.Sprintf(
				`{%q:"x_1","object":"charge","amount":900,"amount_captured":900,"currency":"usd","captured":true}`, id)})
	}
	h.checkReviews("two payments", map[hook.Review]int{hook.ReviewCurrenciesDiffer: 2})
	h.receive(event{id: "evt_c", typ: "charge.captured", minute: 3, object: `{"id":"x_1","payment_intent":"x_1",
		"object":"charge","amount":900,"amount_captured":900,"currency":"usd","captured":true}`})
	h.checkReviews("one payment", map[hook.Review]int{hook.ReviewCurrenciesDiffer: 1})
}
