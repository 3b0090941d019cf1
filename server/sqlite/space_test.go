package sqlite

import (
	"testing"

	"hookbeam/server/hook"
)

// checkpoint copies the WAL into the database.
func (d *desk) checkpoint() {
	d.Helper()
	if row, err := d.write.row(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil || row[0] != int64(0) {
		d.Fatal(row, err)
	}
}

// TestANewDatabaseReturnsItsSpace fills a database, has a limit remove nearly everything from its middle, and looks at
// the file. What is kept must be what it was.
func TestANewDatabaseReturnsItsSpace(t *testing.T) {
	d := newDesk(t, Options{})
	d.together(many(3, hook.Verified, "ep_b", 50_000)...)
	for range 40 {
		d.together(many(40, hook.Verified, "ep_a", 30_000)...)
	}
	d.together(many(3, hook.Verified, "ep_b", 50_000)...)
	d.checkpoint()
	full, err := sizeOf(d.path)
	if err != nil {
		t.Fatal(err)
	}
	d.limit("ep_a", hook.Retention{MaxDeliveries: 10})
	if n := d.sweep(); n != 1590 {
		t.Errorf("removed %d", n)
	}
	d.checkpoint()
	small, err := sizeOf(d.path)
	if err != nil {
		t.Fatal(err)
	}
	used, err := d.Space(t.Context())
	if err != nil || used.Bytes != small || !used.Returns {
		t.Errorf("the file has %d bytes, and is said to have %+v (%v)", small, used, err)
	}
	if full < 45<<20 || small > 11<<20 || used.Free < 7<<20 || used.Free > sparePages*pageSize {
		t.Errorf("the file had %d bytes and has %d, of which %d are free", full, small, used.Free)
	}
	if err := quickCheck(t.Context(), d.read); err != nil {
		t.Error(err)
	}
	d.kill()
	d.open()
	if got := len(d.kept(hook.Verified)); got != 16 {
		t.Errorf("%d deliveries are kept", got)
	}
}

// TestReturningSpaceWaitsForThoseWhoReceive has somebody wait for the writer.
func TestReturningSpaceWaitsForThoseWhoReceive(t *testing.T) {
	d := newDesk(t, Options{})
	d.together(many(800, hook.Verified, "ep_a", 30_000)...)
	d.limit("ep_a", hook.Retention{MaxDeliveries: 1})
	d.together(sized(hook.Verified, "ep_a", 1))
	d.queue <- &writeRequest{record: verified("waiting"), done: make(chan struct{}, 1)}
	before, err := d.Space(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.returnSpace(t.Context()); err != nil { // would wait for ever if it asked the writer
		t.Fatal(err)
	}
	d.commit(d.gather(nil))
	d.sweep()
	if after, err := d.Space(t.Context()); err != nil || after.Bytes > before.Bytes/2 {
		t.Errorf("%+v after %+v (%v)", after, before, err)
	}
}
