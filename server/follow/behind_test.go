package follow_test

import (
	"context"
	"sync"
	"testing"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/logtest"
)

// leader is a follower that a test moves.
type leader struct {
	name string

	mu    sync.Mutex
	at    hook.Seq
	moved chan struct{}
}

func newLeader(name string) *leader { return &leader{name: name, moved: make(chan struct{})} }

func (l *leader) Name() string { return l.name }

func (l *leader) Position() hook.Seq { l.mu.Lock(); defer l.mu.Unlock(); return l.at }

func (l *leader) Moved() <-chan struct{} { l.mu.Lock(); defer l.mu.Unlock(); return l.moved }

func (l *leader) move(to hook.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = to
	close(l.moved)
	l.moved = make(chan struct{})
}

func newLog(t *testing.T) *logtest.Memory {
	t.Helper()
	m, err := logtest.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAViewIsALog runs the suite of all logs on a view behind two followers of which one lags.
func TestAViewIsALog(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Harness {
		log, fast, slow := newLog(t), newLeader("statuses"), newLeader("search")
		view := follow.Behind(log, fast, slow)
		return logtest.Harness{Log: view, Append: log.Append, Remove: log.Remove, RemoveUpTo: log.RemoveUpTo,
			Reader: struct {
				*follow.View
				records
			}{view, log},
			Settle: func() {
				fast.move(log.Head())
				slow.move(fast.Position())
			}}
	})
}

type records interface {
	EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error
}

func TestAViewComesAsFarAsItsSlowestFollower(t *testing.T) {
	log, statuses, search := newLog(t), newLeader("statuses"), newLeader("search")
	for range 9 {
		if err := log.Append(&hook.Record{}); err != nil {
			t.Fatal(err)
		}
	}
	view := follow.Behind(log, statuses, search)
	for _, c := range []struct {
		statuses, search, head hook.Seq
		waiting                string
	}{
		{0, 0, 0, "statuses"}, {5, 0, 0, "search"}, {5, 3, 3, "search"}, {5, 9, 5, "statuses"}, {9, 9, 9, "statuses"},
	} {
		statuses.move(c.statuses)
		search.move(c.search)
		if view.Head() != c.head || view.Waiting() != c.waiting {
			t.Errorf("%+v: head %d, waiting for %s", c, view.Head(), view.Waiting())
		}
		page, upTo, err := view.After(t.Context(), 0, 100)
		if err != nil || len(page) != int(c.head) || upTo != c.head {
			t.Errorf("%+v: %d deliveries up to %d, %v", c, len(page), upTo, err)
		}
	}
}

// TestAViewWaitsForTheSlowestFollower: a move of another one must not be what a reader waits for.
func TestAViewWaitsForTheSlowestFollower(t *testing.T) {
	log, statuses, search := newLog(t), newLeader("statuses"), newLeader("search")
	view := follow.Behind(log, statuses, search)
	statuses.move(3)
	changed := view.Changed()
	statuses.move(5)
	select {
	case <-changed:
		t.Error("the head has not moved")
	default:
	}
	search.move(4)
	select {
	case <-changed:
	default:
		t.Error("the head has moved, and nobody is told")
	}
}
