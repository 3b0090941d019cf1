package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// desk is a store whose writer is the test: it says what is committed together, and what fails.
type desk struct {
	*testing.T
	*testStore
	dir     string
	options Options
	at      *clock
	fails   bool // each append
}

// fail has appends fail from now on, or no longer.
func (d *desk) fail(fails bool) {
	d.Helper()
	d.fails = fails
	change := `DELETE FROM failing`
	if fails {
		change = `INSERT INTO failing VALUES (1)`
	}
	must(d.T, d.write.exec(change))
}

func newDesk(t *testing.T, o Options) *desk {
	d := &desk{T: t, dir: t.TempDir(), options: o, at: &clock{at: noon}}
	d.open()
	t.Cleanup(d.kill)
	return d
}

func (d *desk) open() {
	d.Helper()
	d.options.Now = d.at.now
	var err error
	if d.testStore, err = openStore(d.Context(), d.dir, options(d.options)); err != nil {
		d.Fatal(err)
	}
	must(d.T, d.write.exec(`CREATE TEMP TABLE failing (yes INTEGER)`))
	must(
		d.T,
		d.write.exec(`CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.deliveries WHEN (SELECT count(*) FROM failing)
		BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`),
	)
}

// kill ends the store as the death of its process does.
func (d *desk) kill() {
	if err := d.testStore.Close(); err != nil {
		d.Error(err)
	}
}

// stop ends the store as its writer does.
func (d *desk) stop() {
	d.Helper()
	if err := d.saveOnStop(); err != nil {
		d.Fatal(err)
	}
	d.kill()
}

// together commits some appends in one transaction, and returns whether that worked.
func (d *desk) together(records ...*hook.Record) bool {
	d.Helper()
	works := make([]*writeRequest, len(records))
	for i, r := range records {
		works[i] = &writeRequest{record: r, done: make(chan struct{}, 1)}
	}
	d.commit(append([]*writeRequest(nil), works...))
	for _, w := range works {
		if <-w.done; (w.err != nil) != d.fails {
			d.Fatalf("fails %v: %v", d.fails, w.err)
		}
	}
	return !d.fails
}

// sweep sweeps once and commits what that asks for.
func (d *desk) sweep() int64 {
	d.Helper()
	var removed int64
	done := make(chan error, 1)
	go func() {
		var err error
		removed, err = d.SweepOnce(d.Context())
		done <- err
	}()
	for {
		select {
		case w := <-d.queue:
			d.commit([]*writeRequest{w})
		case err := <-done:
			if err != nil {
				d.Fatal(err)
			}
			return removed
		}
	}
}

// counted is what the tables hold, by the rules of the ledger.
func (d *desk) counted() map[string]rowAmount {
	d.Helper()
	all := map[string]rowAmount{}
	add := func(kind string, number, bytes int64) {
		a := all[kind]
		all[kind] = rowAmount{a.number + number, a.bytes + bytes}
	}
	err := d.write.each(`SELECT endpoint, verdict, `+textLengthSQL+` FROM deliveries`, func(row []driver.Value) {
		add(row[0].(string)+" "+row[1].(string), 1, deliveryCost(row[2].(int64)))
	})
	if err == nil {
		err = d.write.each(`SELECT endpoint, event, `+eventCostSQL+` FROM events`, func(row []driver.Value) {
			cost := eventCost(hook.EndpointID(row[0].(string)), row[1].(string))
			if cost != row[2].(int64) {
				d.Errorf("an event of %d bytes costs %d here and %d in SQL", len(row[1].(string)), cost, row[2])
			}
			add(" "+kindEvents, 1, cost)
		})
	}
	if err != nil {
		d.Fatal(err)
	}
	return all
}

// check holds the ledger against the tables.
func (d *desk) check(doing string) {
	d.Helper()
	got, want := map[string]rowAmount{}, d.counted()
	for key, a := range d.ledger.accounts {
		if a.rowAmount != (rowAmount{}) && key.kind != kindForgotten && key.kind != kindEarly {
			got[string(key.endpoint)+" "+key.kind] = a.rowAmount
		}
	}
	if !d.ledger.flags.exact {
		delete(got, " "+kindEvents)
		delete(want, " "+kindEvents)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(rowAmount{})); diff != "" {
		d.Fatalf("after %s, the ledger is not what the tables hold:\n%s", doing, diff)
	}
	var all rowAmount
	for key, a := range want {
		if key != " "+kindEvents {
			all.number += a.number
			all.bytes += a.bytes
		}
	}
	if u := d.Usage(); u.Deliveries != all.number || u.Bytes != all.bytes {
		d.Fatalf(
			"after %s, %d deliveries of %d bytes are told of, and %d of %d are there",
			doing,
			u.Deliveries,
			u.Bytes,
			all.number,
			all.bytes,
		)
	}
}

// TestTheLedgerIsWhatTheTablesHold does whatever can happen to a log, in random order.
func TestTheLedgerIsWhatTheTablesHold(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			d := newDesk(
				t,
				Options{KeepBytes: 2 << 20, KeepEvents: 20_000, KeepFor: 30 * 24 * time.Hour, KeepRejected: 20,
					KeepVerified: 10},
			)
			exact, forgot := 0, 0
			for range 300 {
				doing := d.anything(random)
				d.check(doing)
				if d.ledger.flags.exact {
					exact++
				}
				if d.Usage().EventsForgotten > 0 {
					forgot++
				}
			}
			if exact < 100 || forgot == 0 || d.Swept() == 0 || d.Thinned() == 0 {
				t.Errorf(
					"too little happened: exact %d times, forgot %d, swept %d, thinned %d",
					exact,
					forgot,
					d.Swept(),
					d.Thinned(),
				)
			}
		})
	}
}

func (d *desk) anything(random *rand.Rand) (doing string) {
	head := d.Head()
	switch random.IntN(16) {
	case 0, 6, 7:
		d.sweep()
		return "a sweep"
	case 1:
		d.kill()
		d.open()
		if d.Head() != head {
			d.Fatalf("after a kill the head is %d, not %d", d.Head(), head)
		}
		return "a kill"
	case 2:
		d.stop()
		d.open()
		if d.Head() != head {
			d.Fatalf("after a stop the head is %d, not %d", d.Head(), head)
		}
		return "a stop"
	case 5: // a database of a release that kept no ledger
		for _, table := range []string{"retention", "counts", "heads"} {
			if err := d.write.exec("DELETE FROM " + table); err != nil {
				d.Fatal(err)
			}
		}
		d.kill()
		d.open()
		return "a new release"
	case 3:
		d.at.move(time.Duration(random.IntN(20)) * time.Hour)
		return "hours"
	case 4:
		w := &writeRequest{done: make(chan struct{}, 1), change: func(*writerConn) error {
			if _, err := d.trimRejected("ep_a", 1); err != nil {
				return err
			}
			return errors.New("changed my mind")
		}}
		d.options.KeepRejected, d.testStore.options.KeepRejected = 20, 0
		d.commit([]*writeRequest{w, {record: verified("beside"), done: make(chan struct{}, 1)}})
		d.testStore.options.KeepRejected = 20
		return "a change that failed"
	}
	fails := random.IntN(6) == 0
	records := make([]*hook.Record, 1+random.IntN(12))
	for i := range records {
		records[i] = d.any(random)
	}
	if fails { // at the last one only, after all others have been written
		records = append(records, verified("last"))
		return d.failing(records)
	}
	d.together(records...)
	return "appends"
}

// failing commits appends of which the last one fails.
func (d *desk) failing(records []*hook.Record) string {
	works := make([]*writeRequest, 0, len(records)+1)
	for _, r := range records {
		works = append(works, &writeRequest{record: r, done: make(chan struct{}, 1)})
	}
	last := len(works) - 1
	works = append(works[:last], &writeRequest{done: make(chan struct{}, 1), change: func(*writerConn) error {
		d.fail(true)
		return nil
	}}, works[last])
	d.commit(works)
	d.fail(false)
	return "appends that failed"
}

func (d *desk) any(random *rand.Rand) *hook.Record {
	size := random.IntN(2000)
	if random.IntN(4) == 0 {
		size = random.IntN(100_000)
	}
	event := fmt.Sprint("evt_", random.IntN(600))
	r := verified(event)
	switch random.IntN(6) {
	case 0:
		r = rejected("")
	case 1:
		r = record("")
	case 2:
		r = batch(event, fmt.Sprint("evt_", random.IntN(3000)), strings.Repeat("long", random.IntN(2000)))
	}
	r.Endpoint = hook.EndpointID([]string{"ep_a", "ep_b", "ep_ü"}[random.IntN(3)])
	r.Path = "/" + strings.Repeat("ü", random.IntN(30))
	r.Body = []byte(strings.Repeat("b", size))
	r.ReceivedAt = hook.Time{Time: d.at.now()}
	return r
}
