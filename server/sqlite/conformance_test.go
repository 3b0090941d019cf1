package sqlite

import (
	"context"
	"testing"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/logtest"
)

// conformant is a log under the suite of all logs. It can be opened again behind the same methods.
type conformant struct {
	*testStore
	t    *testing.T
	dir  string
	stop func()
}

func (c *conformant) open() { c.testStore, c.stop = running(c.t, c.dir, Options{}) }

func (c *conformant) reopen() {
	c.stop()
	c.open()
}

// remove removes deliveries as retention does, and what is still in memory of them.
func (c *conformant) remove(seqs ...hook.Seq) {
	c.t.Helper()
	must(c.t, c.do(c.t.Context(), func(w *writerConn) error {
		for _, seq := range seqs {
			row, err := w.row(`SELECT `+keptColumns+` FROM deliveries WHERE seq = ?`, int64(seq))
			if err != nil {
				return err
			}
			if err := c.Log.remove(c.keptRow(row)); err != nil {
				return err
			}
		}
		return c.save(w)
	}))
	c.reopen()
}

// removeUpTo moves the log's oldest end.
func (c *conformant) removeUpTo(seq hook.Seq) {
	c.t.Helper()
	for next := c.FirstKept(); next <= seq; next++ {
		c.remove(next)
	}
	must(c.t, c.do(c.t.Context(), func(w *writerConn) error { return c.setRemovedUpTo(w, int64(seq)) }))
	c.reopen()
}

func conforming(t *testing.T) (*conformant, logtest.Harness) {
	c := &conformant{t: t, dir: t.TempDir()}
	c.open()
	return c, logtest.Harness{Log: c, Reader: c, Append: func(r *hook.Record) error { return c.Append(r) },
		Remove: c.remove, RemoveUpTo: c.removeUpTo, Reopen: c.reopen}
}

func TestTheLogIsALog(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Harness {
		_, h := conforming(t)
		return h
	})
}

// TestAViewBehindAFollowerIsALog runs a real follower on the log, and holds the view behind it against the suite.
func TestAViewBehindAFollowerIsALog(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Harness {
		c, h := conforming(t)
		f := &noting{moved: make(chan struct{})}
		view := follow.Behind(c, f)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		stop := func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		start := func() {
			ctx, cancel = context.WithCancel(context.Background())
			go func() { ended <- follow.Run(ctx, c.Log, f, c.options.Log) }()
		}
		start()
		t.Cleanup(func() { stop() })
		between := func(do func()) func() { return func() { stop(); do(); start() } }
		h.Settle = func() { f.reach(c.Head()) }
		h.Reopen = between(c.reopen)
		h.Remove = func(seqs ...hook.Seq) { between(func() { c.remove(seqs...) })() }
		h.RemoveUpTo = func(seq hook.Seq) { between(func() { c.removeUpTo(seq) })() }
		h.Log, h.Reader = view, struct {
			*follow.View
			*conformantRecords
		}{view, &conformantRecords{c}}
		return h
	})
}

type conformantRecords struct{ of *conformant }

func (r *conformantRecords) EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	return r.of.EachRecord(ctx, page, do)
}
