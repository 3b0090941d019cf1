package sqlite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// limit gives an endpoint limits of its own, or takes them away.
func (d *desk) limit(endpoint hook.EndpointID, r hook.Retention) {
	d.Helper()
	put, err := d.endpointWrite(hook.Endpoint{ID: endpoint, Name: string(endpoint), Slug: string(endpoint),
		Provider: "generic", Verify: hook.Off, MaxBody: 1, Retention: r})
	if err != nil {
		d.Fatal(err)
	}
	w := &writeRequest{change: put, done: make(chan struct{}, 1)}
	d.commit([]*writeRequest{w})
	if <-w.done; w.err != nil {
		d.Fatal(w.err)
	}
}

// modelRow is a delivery of retentionModel.
type modelRow struct {
	seq      hook.Seq
	endpoint hook.EndpointID
	verdict  hook.Verdict
	received time.Time
	bytes    int64
}

// retentionModel is what is kept of a log, by the rules of hook.Retention written down once more: in the plainest way,
// without counters, indexes or steps.
type retentionModel struct {
	rows    []modelRow
	limits  map[hook.EndpointID]hook.Retention
	removed map[hook.EndpointID]hook.Seq // the newest verified delivery that a limit removed
}

func (m *retentionModel) sweep(now time.Time, hold hook.Seq) {
	for endpoint, limit := range m.limits {
		for _, verified := range []bool{false, true} {
			for _, row := range slices.Clone(m.rows) {
				if row.endpoint != endpoint || (row.verdict == hook.Verified) != verified || row.seq > hold {
					continue
				}
				if m.beyond(limit, row, now) {
					m.rows = slices.DeleteFunc(m.rows, func(r modelRow) bool { return r.seq == row.seq })
					if verified {
						m.removed[endpoint] = row.seq
					}
				}
			}
		}
	}
}

// beyond reports whether the oldest delivery of its kind and endpoint has to go.
func (m *retentionModel) beyond(limit hook.Retention, row modelRow, now time.Time) bool {
	if limit.MaxAge > 0 && now.Sub(row.received) > limit.MaxAge {
		return true
	}
	var number, bytes [2]int64 // of unverified and of verified ones
	for _, r := range m.rows {
		if r.endpoint == row.endpoint {
			i := 0
			if r.verdict == hook.Verified {
				i = 1
			}
			number[i]++
			bytes[i] += r.bytes
		}
	}
	if row.verdict == hook.Verified {
		return limit.MaxDeliveries > 0 && number[1] > limit.MaxDeliveries ||
			limit.MaxBytes > 0 && bytes[1] > limit.MaxBytes && number[1] > 1
	}
	sixteenth := func(n int64) int64 { return (n + 15) / 16 }
	return limit.MaxDeliveries > 0 && number[0] > limit.MaxDeliveries-number[1] &&
		number[0] > sixteenth(limit.MaxDeliveries) ||
		limit.MaxBytes > 0 && bytes[0] > limit.MaxBytes-bytes[1] && bytes[0] > sixteenth(limit.MaxBytes) &&
			number[0] > 1
}

// TestTheLimitsOfEndpointsRemoveWhatTheyShould has several endpoints receive anything, changes their limits, restarts
// and holds removal back, and compares what is kept with a model after each pass.
func TestTheLimitsOfEndpointsRemoveWhatTheyShould(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 16))
			d := newDesk(t, Options{KeepRejected: 1 << 30})
			m := &retentionModel{limits: map[hook.EndpointID]hook.Retention{}, removed: map[hook.EndpointID]hook.Seq{}}
			endpoints := []hook.EndpointID{"ep_a", "ep_b", "ep_c", "ep_free"}
			hold := hook.Seq(1 << 40)
			gone := 0
			for range 200 {
				switch random.IntN(12) {
				case 0:
					e := endpoints[random.IntN(3)]
					m.limits[e] = hook.Retention{MaxAge: time.Duration(random.IntN(3)*random.IntN(50)) * time.Hour,
						MaxDeliveries: int64(random.IntN(2) * random.IntN(60)),
						MaxBytes:      int64(random.IntN(2) * random.IntN(400_000))}
					d.limit(e, m.limits[e])
				case 1:
					d.at.move(time.Duration(random.IntN(20)) * time.Hour)
					d.ClockBelieved() // so that it never leaps by a day
				case 2:
					d.stop()
					d.open()
				case 3:
					d.kill()
					d.open()
				case 4, 5, 6:
					hold = hook.Seq(1 << 40)
					if random.IntN(3) == 0 {
						hold = d.Head() / 2
					}
					d.HoldBack(func() hook.Seq { return hold })
					before := len(m.rows)
					m.sweep(d.at.now(), min(hold, d.Head()-1))
					d.sweep()
					gone += before - len(m.rows)
					m.compare(d)
				default:
					m.receive(d, endpoints, random)
				}
			}
			if gone < 300 || len(m.removed) < 3 {
				t.Errorf("too little happened: %d were removed, verified ones of %d endpoints", gone, len(m.removed))
			}
		})
	}
}

// receive stores some deliveries, in the log and in the model.
func (m *retentionModel) receive(d *desk, endpoints []hook.EndpointID, random *rand.Rand) {
	records := make([]*hook.Record, 1+random.IntN(40))
	for i := range records {
		verdict := []hook.Verdict{hook.Verified, hook.Verified, hook.Unsigned, hook.Rejected}[random.IntN(4)]
		records[i] = sized(verdict, endpoints[min(random.IntN(9), 3)], random.IntN(12_000))
		records[i].ReceivedAt = hook.Time{Time: d.at.now()}
	}
	d.together(records...)
	for _, r := range records {
		row := rowOf(r, flatHeaders(nil, r.Headers))
		_, length, _ := row.encode(nil)
		m.rows = append(m.rows, modelRow{r.Seq, r.Endpoint, r.Verdict, d.at.now(), deliveryCost(length)})
	}
}

// compare fails if the log keeps something else than the model, or if its counters or indexes differ from that.
func (m *retentionModel) compare(d *desk) {
	d.Helper()
	want := map[hook.EndpointID][]int64{}
	var all []int64
	for _, row := range slices.Backward(m.rows) {
		want[row.endpoint] = append(want[row.endpoint], int64(row.seq))
		all = append(all, int64(row.seq))
	}
	if diff := cmp.Diff(all, d.all("true")); diff != "" {
		d.Fatalf("what is kept differs from the model (-model +log):\n%s", diff)
	}
	for _, endpoint := range []hook.EndpointID{"ep_a", "ep_b", "ep_c", "ep_free"} {
		if diff := cmp.Diff(want[endpoint], d.pagesOf(hook.Filter{Endpoint: endpoint}, 100_000)); diff != "" {
			d.Fatalf("the list of %s differs from the model:\n%s", endpoint, diff)
		}
		if first, kept := d.FirstKeptOf(endpoint, nil), max(d.FirstKept(), m.removed[endpoint]+1); first != kept {
			d.Fatalf("the first kept of %s is said to be %d, not %d", endpoint, first, kept)
		}
	}
	d.check("a pass")
}

// TestAnEndpointsLimitDisplacesNothingOfOthers checks that, and that nobody displaces verified deliveries with forged
// ones.
func TestAnEndpointsLimitDisplacesNothingOfOthers(t *testing.T) {
	d := newDesk(t, Options{KeepRejected: 1000})
	d.limit("ep_a", hook.Retention{MaxDeliveries: 32})
	d.together(many(40, hook.Verified, "ep_b", 100)...)
	d.together(many(32, hook.Verified, "ep_a", 100)...)
	d.together(many(500, hook.Rejected, "ep_a", 100)...)
	d.together(many(500, hook.Unsigned, "ep_a", 100)...)
	d.together(many(40, hook.Verified, "ep_b", 100)...)
	d.sweep()
	for _, c := range []struct {
		endpoint hook.EndpointID
		kind     string
		want     int64
	}{{"ep_a", kindVerified, 32}, {"ep_b", kindVerified, 80}, {"ep_a", kindRejected, 0}, {"ep_a", kindUnsigned, 2}} {
		if got := d.ledger.account(c.endpoint, c.kind).number; got != c.want {
			t.Errorf("%s keeps %d %s deliveries, want %d", c.endpoint, got, c.kind, c.want)
		}
	}
	if d.FirstKept() != 1 || d.FirstKeptOf("", nil) != 1 {
		t.Errorf("nothing verified was removed, but cursors before %d are said to be too old", d.FirstKeptOf("", nil))
	}
}

// TestCursorsOfOtherEndpointsStayValid removes verified deliveries from the middle of the log.
func TestCursorsOfOtherEndpointsStayValid(t *testing.T) {
	d := newDesk(t, Options{})
	d.limit("ep_a", hook.Retention{MaxDeliveries: 5})
	d.together(many(10, hook.Verified, "ep_b", 10)...)
	d.together(many(20, hook.Verified, "ep_a", 10)...)
	d.together(many(10, hook.Verified, "ep_b", 10)...)
	d.sweep()
	check := func() {
		t.Helper()
		for name, c := range map[string]struct{ got, want hook.Seq }{
			"of all":           {d.FirstKeptOf("", nil), 26},
			"of the limited":   {d.FirstKeptOf("ep_a", nil), 26},
			"of the other":     {d.FirstKeptOf("ep_b", nil), 1},
			"among the other":  {d.FirstKeptOf("", hook.NewEndpointSet("ep_b")), 1},
			"among both":       {d.FirstKeptOf("", hook.NewEndpointSet("ep_a", "ep_b")), 26},
			"that are hidden":  {d.FirstKeptOf("ep_a", hook.NewEndpointSet("ep_b")), 1},
			"whatever verdict": {d.Thinned() + 1, 26},
		} {
			if c.got != c.want {
				t.Errorf("the first kept %s is %d, want %d", name, c.got, c.want)
			}
		}
	}
	check()
	d.kill()
	d.open()
	check()
}

// TestAWrongClockRemovesNothingOfAnEndpoint checks that the limits of an endpoint trust the clock as little as others.
func TestAWrongClockRemovesNothingOfAnEndpoint(t *testing.T) {
	d := newDesk(t, Options{Running: func() time.Duration { return 0 }})
	d.limit("ep_a", hook.Retention{MaxAge: time.Hour})
	for range 10 {
		r := sized(hook.Verified, "ep_a", 10)
		r.ReceivedAt = hook.Time{Time: d.at.now()}
		d.together(r)
	}
	d.at.move(400 * 24 * time.Hour)
	if n := d.sweep(); n != 0 {
		t.Errorf("a clock that leapt ahead removed %d deliveries", n)
	}
}

// TestAFewDeliveriesAmongManyAreFound limits an endpoint that gets one delivery in many, and checks that no stale rows
// of the index stay.
func TestAFewDeliveriesAmongManyAreFound(t *testing.T) {
	d := newDesk(t, Options{})
	d.limit("ep_a", hook.Retention{MaxDeliveries: 3})
	for range 40 {
		d.together(append(many(300, hook.Unsigned, "ep_b", 1), sized(hook.Verified, "ep_a", 1))...)
	}
	before := d.listed()
	d.sweep()
	kept, listed := d.kept(hook.Verified), before-d.listed()
	if len(kept) != 3 || listed != 37 {
		t.Errorf("%d are kept, and %d of 37 blocks are no longer listed", len(kept), listed)
	}
}
