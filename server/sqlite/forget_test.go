package sqlite

import (
	"fmt"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// claims is a delivery of n events with ids of their own.
func claims(first, n int) *hook.Record {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("evt_%021d", first+i)
	}
	return batch(ids...)
}

// TestEventsPushNoDeliveryOut claims many more events than the log has room for.
func TestEventsPushNoDeliveryOut(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 2 << 20, KeepVerified: 10}) // the records keep the ids as well, in half of it
	d.together(many(100, hook.Verified, "ep_a", 3000)...)
	for n := range 40 {
		d.together(claims(1000*n, 1000))
	}
	if n := d.sweep(); n != 0 {
		t.Errorf("%d deliveries went", n)
	}
	if u := d.Usage(); u.Events != 40_000 || u.EventBytes < 2<<20 || u.EventsForgotten != 0 {
		t.Errorf("%+v", u)
	}
}

// wide is a delivery of an event of its own that is too large for many to be kept.
func wide(event string) *hook.Record {
	r := verified(event)
	r.Body = make([]byte, 50_000)
	return r
}

func TestTheOldestEventsAreForgottenFirst(t *testing.T) {
	const keep = 60_000
	cost := eventCost("ep_a", "evt_000")
	d := newDesk(t, Options{KeepBytes: 1 << 20, KeepEvents: keep, KeepVerified: 3})
	const all = 2000
	for n := range all / 50 {
		var some []*hook.Record
		for i := range 50 {
			some = append(some, verified(fmt.Sprintf("evt_%03d", 50*n+i)))
		}
		d.together(append(some, many(20, hook.Verified, "ep_b", 100_000)...)...) // which push them out
		d.sweep()
		u := d.Usage()
		if most := keep + 60*cost; u.EventBytes > most {
			t.Fatalf("events take %d of %d", u.EventBytes, most)
		}
		if u.Events+u.EventsForgotten != int64(50*n+50) {
			t.Fatalf("after %d events, %d are known and %d forgotten", 50*n+50, u.Events, u.EventsForgotten)
		}
	}
	u := d.Usage()
	if u.EventBytes < keep*85/100 || u.EventsForgotten == 0 || u.EventsForgottenEarly != u.EventsForgotten {
		t.Errorf("%+v", u)
	}
	again := make([]*hook.Record, all)
	for n := range again {
		again[n] = verified(fmt.Sprintf("evt_%03d", n))
	}
	d.together(again...)
	for n, r := range again {
		if (r.DuplicateOf == 0) != (int64(n) < u.EventsForgotten) {
			t.Errorf("event %d of %d forgotten: a repeat of %d", n, u.EventsForgotten, r.DuplicateOf)
		}
	}
}

func TestEventsOfKeptDeliveriesAreNotForgotten(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 4 << 20, KeepEvents: 1000, KeepVerified: 3})
	for n := range 100 {
		d.together(wide(fmt.Sprint("evt_", 2*n)), wide(fmt.Sprint("evt_", 2*n+1)))
		d.sweep()
	}
	gone := int64(d.Swept())
	if u := d.Usage(); gone == 0 || u.Events < u.Deliveries || u.EventsForgotten == 0 || u.EventsForgotten > gone {
		t.Errorf("swept %d: %+v", gone, u)
	}
	for n := gone; n < 200; n++ {
		if again := verified(fmt.Sprint("evt_", n)); d.together(again) && int64(again.DuplicateOf) != n+1 {
			t.Errorf("event %d is a repeat of %d", n, again.DuplicateOf)
		}
	}
}

func TestAnEventOutlivesItsDelivery(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 1 << 20, KeepEvents: 1 << 20, KeepVerified: 1})
	d.together(verified("evt_1"))
	d.together(many(30, hook.Verified, "ep_b", 100_000)...)
	d.sweep()
	again := verified("evt_1")
	if d.together(again); d.Swept() == 0 || again.DuplicateOf != 1 {
		t.Errorf("swept %d, a repeat of %d", d.Swept(), again.DuplicateOf)
	}
}

// TestWhatIsForgottenTooEarlyIsCounted has events of which some are older than 90 days.
func TestWhatIsForgottenTooEarlyIsCounted(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 1 << 20, KeepEvents: 10_000, KeepVerified: 1})
	d.together(claims(0, 50))
	d.sweep()
	for range 101 { // days
		d.at.move(24 * time.Hour)
		d.sweep()
	}
	d.together(claims(50, 500))
	d.together(many(30, hook.Verified, "ep_b", 100_000)...)
	d.sweep()
	if u := d.Usage(); u.EventsForgotten != 550 || u.EventsForgottenEarly != 500 {
		t.Errorf("%+v", u)
	}
	days, err := d.write.value(`SELECT count(*) FROM heads`)
	if err != nil || days.(int64) < 90 || days.(int64) > 93 {
		t.Errorf("%v days are remembered: %v", days, err)
	}
}

func TestAHistogramStaysSmall(t *testing.T) {
	h := &eventHistogram{buckets: map[int64]int64{}}
	for seq := range int64(100_000) {
		h.add(seq*3, rowAmount{1, 100})
	}
	if len(h.buckets) > maxBuckets || len(h.buckets) < maxBuckets/4 || h.all != (rowAmount{100_000, 10_000_000}) {
		t.Errorf("%d buckets of %+v", len(h.buckets), h.all)
	}
	upTo, found := h.splitFor(300_000, 1_000_000)
	if found < 1_000_000 || found > 1_010_000 || int64(upTo) < 29_990 || upTo > 30_300 {
		t.Errorf("up to %d are %d bytes", upTo, found)
	}
	if upTo, _ := h.splitFor(1000, 1_000_000); upTo > 1000 {
		t.Errorf("cut at %d", upTo)
	}
	h.forget(upTo)
	if next, _ := h.splitFor(300_000, 1); next <= upTo {
		t.Errorf("forgotten up to %d, and again up to %d", upTo, next)
	}
}
