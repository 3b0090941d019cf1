package status

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
	"hookbeam/server/sqlite"
)

// swept sweeps once, and returns the references that are left, those that changed last first.
func (h *harness) swept(want int) (left []string) {
	h.Helper()
	if n, err := h.projector.SweepOnce(h.Context()); err != nil || n != want {
		h.Fatalf("swept %d, %v, want %d", n, err, want)
	}
	for _, s := range h.list(hook.StatusFilter{}) {
		left = append(left, s.Reference)
	}
	return left
}

func TestSubjectsWithoutDeliveriesForLongGo(t *testing.T) {
	h := newHarness(t)
	h.stop()
	h.keepFor = 48 * time.Hour
	h.open(sqlite.Options{})
	for n := range 3 {
		h.receive(life(n)...)
	}
	old := h.list(hook.StatusFilter{Words: "10-0"})[0]
	h.view.RecordImpression(old.ID, old.State, "page")
	h.move(47 * time.Hour)
	h.swept(0)
	h.receive(event{id: "evt_late", typ: "charge.refunded", minute: 46 * 60, object: `{"id":"ch_1","payment_intent":"pi_1","amount":4900,"amount_refunded":4900,"currency":"eur","captured":true}`})
	h.move(2 * time.Hour)
	if left := h.swept(4); !cmp.Equal(left, []string{"10-1"}) {
		t.Errorf("left: %v", left)
	}
	if counts, _ := h.view.Counts(t.Context(), hook.StatusFilter{}); !cmp.Equal(counts.States, map[hook.State]int{hook.StateRefunded: 1}) {
		t.Errorf("counts %v", counts)
	}
	for n := range 2 { // from memory, and from the disk
		again := fmt.Sprint("order/10-", 2*n)
		if p := h.public("", again); p.Status != hook.StateWaiting {
			t.Errorf("still shown: %+v", p)
		}
		if p := h.public("", "order/10-1"); p.Status != hook.StateRefunded {
			t.Errorf("shown no more: %+v", p)
		}
		h.receive(event{id: fmt.Sprint("evt_new_", n), typ: "payment_intent.created", minute: 49 * 60,
			object: fmt.Sprintf(`{"id":"pi_%d","amount":100,"currency":"eur","metadata":{"order_id":"10-%d"}}`, 2*n, 2*n)})
		if p := h.public("", again); p.Status != hook.StatePending || len(p.Timeline) != 1 {
			t.Errorf("reported again: %+v", p)
		}
		h.stop()
		h.open(sqlite.Options{})
	}
	anew := h.list(hook.StatusFilter{Words: "10-0"})
	if len(anew) != 1 || anew[0].Subject != "payment/pi_0" {
		t.Fatalf("reported again: %+v", anew)
	}
	if d, err := h.view.Status(t.Context(), anew[0].ID); err != nil || len(d.Impressions) != 0 {
		t.Errorf("what was shown of the old one: %+v, %v", d.Impressions, err)
	}
}

func TestTheTablesStayWithinTheirSize(t *testing.T) {
	h := newHarness(t)
	for n := range 1500 {
		h.append(hook.Verified, life(n)[2])
	}
	h.apply()
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	used, err := h.projector.store.Used(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.keepBytes = used / 2
	h.open(sqlite.Options{})
	n, err := h.projector.SweepOnce(t.Context())
	if now, _ := h.projector.store.Used(t.Context()); err != nil || n < 600 || n >= 4500 || now > used/2 {
		t.Fatalf("swept %d to %d of %d bytes, %v", n, now, used, err)
	}
	page, _, err := h.view.Statuses(t.Context(), hook.StatusFilter{}, "", 1)
	if err != nil || page[0].Reference != "10-1499" {
		t.Errorf("the newest went: %+v, %v", page, err)
	}
	h.swept(0)
}

// TestStrangersPushNothingOut has somebody make payments up whose deliveries nobody can check.
func TestStrangersPushNothingOut(t *testing.T) {
	h := newHarness(t)
	h.receive(life(0)...)
	h.projector.keepUnverified = 10 // two for each: payment and order
	for n := 1; n <= 300; n++ {
		h.append(hook.Unsigned, life(n)[2])
	}
	h.apply()
	want := []string{}
	for n := 300; n > 295; n-- {
		want = append(want, fmt.Sprint("10-", n))
	}
	if diff := cmp.Diff(append(want, "10-0"), h.swept(590)); diff != "" {
		t.Error(diff)
	}
}

// TestStrangersPushNothingOutByWeight sends few unverified payments with long texts.
func TestStrangersPushNothingOutByWeight(t *testing.T) {
	h := newHarness(t)
	for n := range 200 {
		h.append(hook.Verified, life(n)[2])
	}
	h.apply()
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	used, err := h.projector.store.Used(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.stop()
	h.keepBytes = used * 5 / 4
	h.open(sqlite.Options{})
	title := strings.Repeat("t", 200)
	for n := range 3000 {
		h.append(hook.Unsigned, event{id: fmt.Sprint("evt_much_", n), typ: "payment_intent.processing", minute: n,
			object: fmt.Sprintf(`{"id":"pi_much_%d","amount":100,"currency":"eur","description":"%s"}`, n%300, title)})
	}
	h.apply()
	n, err := h.projector.SweepOnce(t.Context())
	if err != nil || n == 0 {
		t.Fatalf("swept %d, %v", n, err)
	}
	verified, unverified := 0, 0
	for _, tally := range h.tallies() {
		if tally.Environment == hook.EnvironmentUnsigned {
			unverified += tally.Count
		} else {
			verified += tally.Count
		}
	}
	bytes, err := h.projector.store.UnverifiedBytes(t.Context())
	now, _ := h.projector.store.Used(t.Context())
	if err != nil || verified != 400 || bytes > h.keepBytes/2 || now > h.keepBytes || unverified == 0 {
		t.Errorf("%d verified and %d others of %d bytes, in all %d of %d: %v", verified, unverified, bytes, now, h.keepBytes, err)
	}
}

func (h *harness) tallies() []hook.SubjectCount {
	h.Helper()
	all, err := h.projector.store.Tallies(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return all
}

// TestASweepRemovesNoMoreThanNeeded has tables that are a little too large.
func TestASweepRemovesNoMoreThanNeeded(t *testing.T) {
	h := newHarness(t)
	for n := range 1000 {
		h.append(hook.Verified, life(n)[2])
	}
	h.apply()
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	used, err := h.projector.store.Used(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.projector.KeepBytes = used - 1
	if n, err := h.projector.SweepOnce(t.Context()); err != nil || n == 0 || n > 60 {
		t.Errorf("swept %d, %v", n, err)
	}
}

func TestWhatMovesSomethingIsKeptLongest(t *testing.T) {
	set := []hook.Evidence{at(0, hook.Created, 0), at(1, hook.Captured, 4900)}
	for n := range 3 * maxEvidence {
		set = append(set, at(2+n, hook.Info, 0))
	}
	kept := newestEvidence(set, maxEvidence)
	if p := payments.Payment(kept); len(kept) != maxEvidence || p.State != hook.StatePaid {
		t.Errorf("%d kept: %+v", len(kept), p)
	}
	if kept = payments.InOrder(kept); kept[len(kept)-1] != set[len(set)-1] || kept[2] == set[2] {
		t.Errorf("from %+v to %+v", kept[2], kept[len(kept)-1])
	}
}

func TestAWrongClockRemovesNoStatus(t *testing.T) {
	h := newHarness(t)
	h.stop()
	h.keepFor = 48 * time.Hour
	h.open(sqlite.Options{Running: func() time.Duration { return 0 }})
	h.receive(life(1)...)
	h.swept(0)
	h.move(400 * 24 * time.Hour)
	if left := h.swept(0); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
