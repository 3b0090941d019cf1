package sqlite

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"hookbeam/server/hook"
)

// pagesOf returns the places of an endpoint's deliveries that f lets through, as its pages give them: newest first.
func (d *desk) pagesOf(f hook.Filter, limit int) (seqs []int64) {
	d.Helper()
	for before := hook.Seq(0); ; {
		page, next, err := d.Deliveries(d.Context(), f, before, limit)
		if err != nil {
			d.Fatal(err)
		}
		if next == 0 && len(page) == limit {
			d.Fatalf("a full page of %v is said to be the last", f)
		}
		for i := range page {
			seqs = append(seqs, int64(page[i].Seq))
		}
		if next == 0 {
			return seqs
		}
		if before > 0 && next >= before {
			d.Fatalf("after %d comes %d", before, next)
		}
		before = next
	}
}

// all returns the places of deliveries for which a condition holds, newest first, read without any index.
func (d *desk) all(where string) []int64 {
	d.Helper()
	seqs, err := d.seqs(d.Context(), `SELECT seq FROM deliveries NOT INDEXED WHERE `+where+` ORDER BY seq DESC`)
	if err != nil {
		d.Fatal(err)
	}
	return seqs
}

// listed is how many blocks are listed for all endpoints.
func (d *desk) listed() int64 {
	d.Helper()
	n, err := d.write.value(`SELECT count(*) FROM endpoint_blocks`)
	if err != nil {
		d.Fatal(err)
	}
	return n.(int64)
}

// TestABlockRangeIndexFindsEveryDeliveryOfAnEndpoint holds it against the table, with endpoints that get much and that
// get little, transactions that fail, restarts, and deliveries that are removed from the log's end and its middle.
func TestABlockRangeIndexFindsEveryDeliveryOfAnEndpoint(t *testing.T) {
	d := newDesk(t, Options{KeepBytes: 1 << 20, KeepRejected: 40, KeepVerified: 100})
	random := rand.New(rand.NewPCG(11, 7))
	endpoints := []hook.EndpointID{"ep_often", "ep_seldom", "ep_once", "ep_never"}
	some := func() *hook.Record {
		endpoint := endpoints[0]
		if random.IntN(150) == 0 {
			endpoint = endpoints[1]
		}
		verdict := []hook.Verdict{hook.Verified, hook.Verified, hook.Unsigned, hook.Rejected}[random.IntN(4)]
		r := sized(verdict, endpoint, random.IntN(1500))
		r.Method = []string{"POST", "PUT"}[random.IntN(2)]
		return r
	}
	compare := func() {
		t.Helper()
		for _, endpoint := range endpoints {
			where := fmt.Sprintf("endpoint = '%s'", endpoint)
			for _, c := range []struct {
				f     hook.Filter
				where string
			}{
				{hook.Filter{Endpoint: endpoint}, where},
				{hook.Filter{Endpoint: endpoint, Verdict: hook.Verified}, where + " AND verdict = 'verified'"},
				{hook.Filter{Endpoint: endpoint, Verdict: hook.Rejected, Method: "PUT"},
					where + " AND verdict = 'rejected' AND method = 'PUT'"},
				{hook.Filter{Endpoint: endpoint, Method: "PUT"}, where + " AND method = 'PUT'"},
			} {
				if got, want := d.pagesOf(c.f, 1+random.IntN(200)), d.all(c.where); !slices.Equal(got, want) {
					t.Fatalf("%+v: %d deliveries, not %d", c.f, len(got), len(want))
				}
			}
		}
	}
	once := some()
	once.Endpoint, once.Verdict = endpoints[2], hook.Verified
	d.together(once)
	for range 12 {
		for range 20 {
			d.together(slices.Collect(func(yield func(*hook.Record) bool) {
				for range 1 + random.IntN(30) {
					if !yield(some()) {
						return
					}
				}
			})...)
		}
		d.fail(true)
		d.together(some())
		d.fail(false)
		if random.IntN(2) == 0 {
			d.sweep()
		}
		if random.IntN(3) == 0 {
			d.stop()
			d.open()
		}
		compare()
	}
	if d.Swept() == 0 || len(d.all("endpoint = 'ep_once'")) > 0 {
		t.Fatal("nothing was removed from the log's end")
	}
	most := 2 * (blockOf(d.Head()) - blockOf(d.Swept()) + 1) // by two endpoints
	if n := d.listed(); n > most || n < most/4 {
		t.Errorf("%d blocks are listed, of at most %d", n, most)
	}
}

// TestABlockIsListedAgainAfterItsTransactionFailed has the second append of a transaction undo the first.
func TestABlockIsListedAgainAfterItsTransactionFailed(t *testing.T) {
	d := newDesk(t, Options{})
	if err := d.write.begin(); err != nil {
		t.Fatal(err)
	}
	if err := d.append(&writeRequest{record: record("lost")}, 1); err != nil {
		t.Fatal(err)
	}
	if failed := errors.New("the disk"); !errors.Is(d.rollback(failed), failed) || d.listed() != 0 {
		t.Fatal("the transaction was not undone")
	}
	d.together(record("kept"))
	if got := d.pagesOf(hook.Filter{Endpoint: "ep_a"}, 10); !slices.Equal(got, []int64{1}) {
		t.Errorf("found %v", got)
	}
}

// TestAPageLooksAtSoManyBlocksOnly: an endpoint whose deliveries were removed from the middle of the log is still
// listed there, and what is left of it may be far away.
func TestAPageLooksAtSoManyBlocksOnly(t *testing.T) {
	d := newDesk(t, Options{})
	first := record("first")
	d.together(first)
	emptied := hook.Seq((maxScan/blockSize + 10) * blockSize)
	if err := d.write.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?)
		INSERT INTO endpoint_blocks SELECT 'ep_a', i FROM n`, blockOf(emptied)); err != nil {
		t.Fatal(err)
	}
	d.head.Store(int64(emptied))
	page, next, err := d.Deliveries(t.Context(), hook.Filter{Endpoint: "ep_a"}, 0, 10)
	if err != nil || len(page) != 0 || next == 0 || next < 8*blockSize {
		t.Fatalf("%v, next %d (%v)", page, next, err)
	}
	if got := d.pagesOf(hook.Filter{Endpoint: "ep_a"}, 10); !slices.Equal(got, []int64{1}) {
		t.Errorf("found %v", got)
	}
}

// TestDeliveriesOfAnEarlierReleaseAreFoundByTheirEndpoint: the index is made when the database is brought up to date.
func TestDeliveriesOfAnEarlierReleaseAreFoundByTheirEndpoint(t *testing.T) {
	eachRelease(t, func(t *testing.T, dir string, h holds) {
		s, _ := running(t, dir, Options{Seal: h.seal})
		of := map[hook.EndpointID][]hook.Seq{}
		for _, d := range h.Deliveries {
			of[d.Endpoint] = append(of[d.Endpoint], d.Seq)
		}
		if len(of) < 2 {
			t.Fatalf("deliveries of %d endpoints are kept", len(of))
		}
		for endpoint, want := range of {
			page, _, err := s.Deliveries(t.Context(), hook.Filter{Endpoint: endpoint}, 0, 500)
			var got []hook.Seq
			for _, d := range page {
				got = append(got, d.Seq)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v (%v), want %v", endpoint, got, err, want)
			}
		}
	})
}

// TestWhatAnEarlierReleaseKeptIsCountedByTheRulesOfThisOne: what a row costs has changed, and with it what was counted.
func TestWhatAnEarlierReleaseKeptIsCountedByTheRulesOfThisOne(t *testing.T) {
	eachRelease(t, func(t *testing.T, dir string, h holds) {
		d := &desk{T: t, dir: dir, at: &clock{at: noon}, options: Options{Seal: h.seal}}
		d.open()
		t.Cleanup(d.kill)
		d.ledger.flags.exact = false // the events of batches are still to be counted
		d.check("opening what an earlier release wrote")
	})
}
