package sqlite

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// sized is a delivery with a body of so many bytes.
func sized(verdict hook.Verdict, endpoint hook.EndpointID, size int) *hook.Record {
	r := record(strings.Repeat("x", size))
	r.Verdict, r.Endpoint = verdict, endpoint
	return r
}

func many(n int, verdict hook.Verdict, endpoint hook.EndpointID, size int) (all []*hook.Record) {
	for range n {
		all = append(all, sized(verdict, endpoint, size))
	}
	return all
}

// kept returns the places of the deliveries that are kept with a verdict, oldest first.
func (d *desk) kept(verdict hook.Verdict) (seqs []int64) {
	d.Helper()
	seqs, err := d.seqs(d.Context(), `SELECT seq FROM deliveries WHERE verdict = ? ORDER BY seq`, string(verdict))
	if err != nil {
		d.Fatal(err)
	}
	return seqs
}

// pages is how many bytes of the file hold something.
func (d *desk) pages() int64 {
	d.Helper()
	used, err := d.write.value(`SELECT page_size * (page_count - freelist_count)
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count`)
	if err != nil {
		d.Fatal(err)
	}
	return used.(int64)
}

func TestStrangersDisplaceNoVerifiedDelivery(t *testing.T) {
	const keep = 16 << 20
	for name, flood := range map[string]func(n int) *hook.Record{
		"forged": func(int) *hook.Record { return sized(hook.Rejected, "ep_a", 1<<20) },
		"forged to many endpoints": func(n int) *hook.Record {
			return sized(hook.Rejected, hook.EndpointID(fmt.Sprint("ep_", n)), 1<<20)
		},
		"unsigned":           func(int) *hook.Record { return sized(hook.Unsigned, "ep_b", 1<<20) },
		"small and unsigned": func(int) *hook.Record { return sized(hook.Unsigned, "ep_b", 100_000) },
		"forged and unsigned by turn": func(n int) *hook.Record {
			return sized([]hook.Verdict{hook.Rejected, hook.Unsigned}[n%2], "ep_b", 500_000)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, Options{KeepBytes: keep, KeepVerified: 1})
			for d.ledger.verified.bytes < d.bounds().verified()-400_000 { // as many as there is room for
				d.together(many(20, hook.Verified, "ep_a", 14_000)...)
			}
			genuine := len(d.kept(hook.Verified))
			for n := range 24 {
				d.together(flood(n))
				d.sweep()
			}
			d.together(sized(hook.Unsigned, "ep_c", 10)) // what is newest always stays
			d.sweep()
			if n := len(d.kept(hook.Verified)); n != genuine {
				t.Errorf("of %d verified deliveries, %d are left", genuine, n)
			}
			if u := d.Usage(); u.Bytes > keep || u.RejectedBytes > keep/5 || u.UnsignedBytes > keep/2 {
				t.Errorf("beyond a bound: %+v", u)
			}
			if after, upTo, err := d.After(t.Context(), d.Swept(), 10_000); err != nil || upTo != d.Head() ||
				len(after) < genuine {
				t.Errorf("a reader sees %d deliveries up to %d of %d: %v", len(after), upTo, d.Head(), err)
			}
		})
	}
}

func TestStrangersHaveBoundsOfTheirOwn(t *testing.T) {
	const keep = 16 << 20
	d := newDesk(t, Options{KeepBytes: keep})
	for n := range 60 {
		d.together(
			sized(hook.Rejected, "ep_a", 400_000),
			sized(hook.Rejected, hook.EndpointID(fmt.Sprint("ep_", n%5)), 100_000),
		)
		if a := d.ledger.account("ep_a", kindRejected); a.bytes > keep/10 || d.ledger.rejected.bytes > keep/5 {
			t.Fatalf("rejected deliveries take %d, all together %d", a.bytes, d.ledger.rejected.bytes)
		}
	}
	if got := d.ledger.rejected.bytes; got < keep/5-500_000 {
		t.Errorf("rejected deliveries have %d of %d", got, keep/5)
	}
	for range 60 {
		d.together(sized(hook.Unsigned, "ep_a", 400_000))
		d.sweep()
		if got := d.ledger.unsigned.bytes; got > keep/2 {
			t.Fatalf("unsigned deliveries take %d of %d", got, keep/2)
		}
	}
	if got := d.ledger.unsigned.bytes; got < keep/2-500_000 {
		t.Errorf("unsigned deliveries have %d of %d", got, keep/2)
	}
	seqs := d.kept(hook.Unsigned)
	if int64(len(seqs)) != int64(d.Head())-seqs[0]+1 {
		t.Errorf("of the unsigned ones, others than the oldest are gone: %v up to %d", seqs, d.Head())
	}
	for range 200 { // a flood of verified ones leaves them something
		d.together(sized(hook.Verified, "ep_a", 100_000), sized(hook.Unsigned, "ep_a", 1000))
		d.sweep()
	}
	if u := d.Usage(); u.UnsignedBytes < 100_000 || u.Bytes > 200*120_000 {
		t.Errorf("%+v", u)
	}
}

// TestTheLogIsFullButNotTooFull fills it with bodies from 1 KiB to 1 MiB.
func TestTheLogIsFullButNotTooFull(t *testing.T) {
	const keep = 32 << 20
	random := rand.New(rand.NewPCG(1, 2))
	d := newDesk(t, Options{KeepBytes: keep, KeepVerified: 10})
	total := int64(0)
	for total < 4*keep {
		var some []*hook.Record
		for range 5 {
			size := int(math.Exp2(10 + 10*random.Float64()))
			some, total = append(some, sized(hook.Verified, "ep_a", size)), total+int64(size)
		}
		d.together(some...)
		before := d.Swept()
		d.sweep()
		u := d.Usage()
		if u.Bytes > keep || d.Swept() > before && u.Bytes < keep*9/10 {
			t.Fatalf("%d bytes of %d are kept", u.Bytes, keep)
		}
		if u.Deliveries != int64(d.Head()-d.Swept()) {
			t.Fatalf("%d deliveries are kept in (%d, %d]", u.Deliveries, d.Swept(), d.Head())
		}
	}
	used, told := d.pages(), d.Usage().Bytes
	if used > told*11/10+1<<20 || used < told*8/10 {
		t.Errorf("the file has %d bytes for deliveries that take %d", used, told)
	}
}

// TestWhatADeliveryTakesIsWhatTheFileHas holds the costs against the file, for bodies of one size.
func TestWhatADeliveryTakesIsWhatTheFileHas(t *testing.T) {
	for _, size := range []int{10, 1000, 5000, 7900, 9000, 15_000, 16_000, 17_000, 31_000, 40_000, 1 << 20} {
		d := newDesk(t, Options{})
		for range 10 {
			d.together(many(min(1000, max(4, 800_000/size)), hook.Verified, "ep_abcdefghijklmnopqrstuvwxyz", size)...)
		}
		if used, told := d.pages()-200_000, d.Usage().Bytes; used > told*11/10 || told > used*13/10+300_000 {
			t.Errorf("bodies of %d: the file has %d for what takes %d", size, used, told)
		}
	}
}

func TestTheNewestVerifiedDeliveriesStayWhateverTheyTake(t *testing.T) {
	const keep = 2 << 20
	d := newDesk(t, Options{KeepBytes: keep})
	for range 13 {
		d.together(many(100, hook.Verified, "ep_a", 9000)...)
		d.sweep()
	}
	d.together(
		sized(hook.Unsigned, "ep_a", 300_000),
		sized(hook.Rejected, "ep_a", 100_000),
		sized(hook.Verified, "ep_a", 10),
	)
	if n := d.sweep(); n != 2 && n != 3 {
		t.Errorf("%d deliveries went", n)
	}
	if n := len(d.kept(hook.Verified)); n != 1000 {
		t.Errorf("%d verified deliveries are kept, not 1,000", n)
	}
	if len(d.sweeper.warned) != 1 {
		t.Errorf("nobody is warned: %v", d.sweeper.warned)
	}
	d.together(many(2000, hook.Verified, "ep_a", 1)...) // small ones: as many as fit
	d.sweep()
	if u := d.Usage(); u.Bytes > keep || u.Deliveries < 2000 {
		t.Errorf("%+v", u)
	}
}

func TestTheSweeperIsWokenWhenABoundIsPassed(t *testing.T) {
	for name, r := range map[string]*hook.Record{
		"verified": sized(hook.Verified, "ep_a", 1<<20), "unsigned": sized(hook.Unsigned, "ep_a", 600_000),
		"events": batch(strings.Repeat("e", 3000), strings.Repeat("f", 3000)),
	} {
		d := newDesk(t, Options{KeepBytes: 1 << 20, KeepEvents: 9000, KeepVerified: 1})
		d.together(sized(hook.Verified, "ep_a", 10), sized(hook.Verified, "ep_a", 10))
		wake := d.sweeper.wake
		if name == "events" {
			wake = d.sweeper.events.wake
		}
		if len(wake) != 0 {
			t.Errorf("%s: woken too early", name)
		}
		if d.together(r); len(wake) != 1 {
			t.Errorf("%s: not woken", name)
		}
		d.together(sized(hook.Verified, "ep_a", 10)) // what is newest is never removed
		d.sweep()
		<-wake
		if d.together(sized(hook.Verified, "ep_a", 10)); len(wake) != 0 { // of events nothing can be forgotten
			t.Errorf("%s: woken again for nothing", name)
		}
	}
}

func TestAPlaceInTheLogIsNeverGivenAgain(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 1 << 20})
	d.together(
		sized(hook.Verified, "ep_a", 10),
		sized(hook.Rejected, "ep_a", 300_000),
	) // more than all rejected ones may take
	if n := len(d.kept(hook.Rejected)); n != 0 {
		t.Fatalf("%d rejected deliveries are kept", n)
	}
	d.kill()
	d.open()
	r := sized(hook.Verified, "ep_a", 10)
	if d.together(r); r.Seq != 3 {
		t.Errorf("the next place is %d, not 3", r.Seq)
	}
	for range 3 {
		d.together(sized(hook.Unsigned, "ep_b", 400_000))
	}
	d.sweep()
	if d.Swept() != 0 || d.Thinned() != 5 || len(d.kept(hook.Unsigned)) != 1 {
		t.Errorf("swept %d, thinned %d, kept %v", d.Swept(), d.Thinned(), d.kept(hook.Unsigned))
	}
}

func TestAWrongClockDoesNotRemoveTheLog(t *testing.T) {
	const day = 24 * time.Hour
	ran := &clock{at: noon}
	d := newDesk(t, Options{KeepFor: 30 * day, Running: func() time.Duration { return ran.now().Sub(noon) }})
	pass := func(clock, running time.Duration) { d.at.move(clock); ran.move(running) }
	add := func() {
		r := sized(hook.Verified, "ep_a", 10)
		r.ReceivedAt = hook.Time{Time: d.at.now()}
		d.together(r)
	}
	swept := func(what string, want int64) {
		t.Helper()
		if n := d.sweep(); n != want {
			t.Errorf("%s: %d deliveries went, not %d", what, n, want)
		}
	}
	for range 3 {
		add()
		swept("a usual day", 0)
		pass(day, day)
	}
	pass(31*day, 0)
	swept("the clock leaps while it runs", 0)
	pass(23*time.Hour, 23*time.Hour)
	swept("the clock is not believed yet", 0)
	pass(-32*day, 0)
	swept("it is set right", 0)
	pass(2*time.Hour, 2*time.Hour)
	swept("nothing is old", 0)
	d.kill()
	pass(31*day, 0)
	d.open()
	swept("the clock is ahead at the start", 0)
	pass(time.Hour, time.Hour)
	swept("an hour later", 0)
	d.stop()
	pass(day/2, 0)
	d.open()
	swept("after another start", 0)
	pass(day, day)
	swept("a day later it is believed", 2) // and the newest stays
	add()
	pass(-400*day, 0)
	swept("the clock is behind", 0)
	d.kill()
	d.open()
	swept("and at a start", 0)
	if n := len(d.kept(hook.Verified)); n != 2 {
		t.Errorf("%d are kept", n)
	}
}

// TestALogThatWasNeverSweptKnowsWhenItWasSeen is killed before its first sweep.
func TestALogThatWasNeverSweptKnowsWhenItWasSeen(t *testing.T) {
	d := newDesk(t, Options{KeepFor: 30 * 24 * time.Hour})
	d.together(many(5, hook.Verified, "ep_a", 10)...)
	d.kill()
	d.at.move(31 * 24 * time.Hour)
	d.open()
	if n := d.sweep(); n != 0 {
		t.Errorf("%d deliveries went", n)
	}
}

// TestTheClockIsHeldAgainstTheWall: a time of time.Now, compared with another one, says how long the process has been
// running, and not what became of the clock.
func TestTheClockIsHeldAgainstTheWall(t *testing.T) {
	var w clockWatch
	for _, look := range []func(){
		func() { w.begin(time.Now(), 0) },
		func() { w.check(time.Now(), time.Second) },
	} {
		look()
		if carried := strings.Contains(w.seen.String(), "m="); carried {
			t.Errorf("%v carries more than the clock", w.seen)
		}
	}
}
