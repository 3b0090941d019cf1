package status

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

func TestWhatWasNotStoredIsAppliedAgain(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{}) // which has it stored
	h.receive(life(2)...)
	h.projector.position, h.projector.pending = h.projector.store.Position(), newPending() // the process dies
	h.stop()
	h.open(sqlite.Options{})
	if at := h.projector.Position(); at != 5 {
		t.Fatalf("begins at %d", at)
	}
	h.apply()
	if list := h.list(hook.StatusFilter{}); len(list) != 2 || !cmp.Equal(list[1], want[0]) || list[0].Reference != "10-2" {
		t.Errorf("%+v", list)
	}
}

// TestWhatIsPendingIsFoundByEveryNameAndJoined has the events of one payment come so that its parts are stored, or not yet,
// when they turn out to be one.
func TestWhatIsPendingIsFoundByEveryNameAndJoined(t *testing.T) {
	for stored := range 4 {
		h := newHarness(t)
		parts := []event{
			{id: "evt_a", typ: "charge.refunded", minute: 9, object: `{"id":"ch_1","amount":4900,"amount_refunded":900,"currency":"eur","captured":true}`},
			{id: "evt_b", typ: "payment_intent.created", object: `{"id":"pi_1","amount":4900,"currency":"eur","metadata":{"order_id":"10-1"}}`},
			{id: "evt_c", typ: "charge.succeeded", minute: 2, object: `{"id":"ch_1","payment_intent":"pi_1","amount":4900,"currency":"eur","captured":true}`},
		}
		for i, e := range parts {
			h.receive(e)
			if i < stored {
				if err := h.projector.Flush(); err != nil {
					t.Fatal(err)
				}
				h.projector.aliases.Purge() // so that what is stored is looked up there
				h.projector.subjects.purge()
			}
		}
		for _, name := range []string{"payment/pi_1", "charge/ch_1", "order/10-1"} {
			if p := h.public("", name); p.Status != hook.StatePartiallyRefunded || p.Reference != "10-1" {
				t.Errorf("%d stored: %s: %+v", stored, name, p)
			}
		}
		if list := h.list(hook.StatusFilter{}); len(list) != 1 || len(list[0].Merged) != 1 {
			t.Errorf("%d stored: %+v", stored, list)
		}
	}
}

func TestWhatIsPendingIsBounded(t *testing.T) {
	h := newHarness(t)
	for n := range maxPending + 10 {
		h.append(hook.Verified, life(n)[0])
	}
	h.apply() // a page at a time
	if n := len(h.projector.pending.subjects); n > maxPending || h.projector.store.Position() < maxPending {
		t.Errorf("%d pending, stored up to %d", n, h.projector.store.Position())
	}
	h.projector.pending.weight = pendingBytes
	h.receive(life(0)[1])
	if p := &h.projector.pending; len(p.subjects) != 1 || p.weight < 2*evidenceWeight || p.weight > 4096 {
		t.Errorf("%d pending, which weigh %d", len(p.subjects), p.weight)
	}
}

func TestPendingRowsAreStoredWithoutAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.receive(life(1)...)
		ctx, stop := context.WithCancel(t.Context())
		kept := make(chan error, 1)
		go func() { kept <- h.projector.RunMaintenance(ctx) }()
		<-time.After(storeWithin - 1)
		if at := h.projector.store.Position(); at != 0 {
			t.Errorf("stored up to %d at once", at)
		}
		<-time.After(2)
		synctest.Wait()
		stop()
		if err := <-kept; err != nil {
			t.Error(err)
		}
		s, _, err := h.projector.store.Oldest(t.Context(), false, 10)
		if err != nil || len(s) != 2 || s[0].Status.Reference != "10-1" || len(s[0].Evidence) != 5 {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestAReaderFarBehindGetsWhatIsNotStored(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	h.projector.recent = recent{floor: 99}
	h.receive(life(2)[3], life(3)[3])
	var seqs []hook.Seq
	changes, _, err := h.view.Changed(t.Context(), 0, 6)
	for _, c := range changes {
		seqs = append(seqs, c.Seq)
	}
	if err != nil || !cmp.Equal(slices.Compact(seqs), []hook.Seq{5, 6}) || h.projector.store.Position() != 5 {
		t.Errorf("changes at %v, %v, stored up to %d", seqs, err, h.projector.store.Position())
	}
}
