package sqlite

import (
	"testing"

	"hookbeam/server/hook"
)

// toldSoFar is everything by which a store tells of deliveries.
type toldSoFar struct {
	head, tail hook.Seq
	woken      bool // whoever waited for growth
}

func (s *testStore) toldSoFar(grown <-chan struct{}) toldSoFar {
	s.tail.mu.RLock()
	defer s.tail.mu.RUnlock()
	told := toldSoFar{head: s.Head(), tail: max(s.tail.to, s.tail.from)}
	select {
	case <-grown:
		told.woken = true
	default:
	}
	return told
}

func appending(r *hook.Record) *writeRequest {
	return &writeRequest{record: r, done: make(chan struct{}, 1)}
}

func changing(change func(*writerConn) error) *writeRequest {
	return &writeRequest{change: change, done: make(chan struct{}, 1)}
}

// failingAppend returns a delivery whose INSERT fails.
func failingAppend(t *testing.T, s *testStore) *writeRequest {
	t.Helper()
	must(t, s.write.exec(`CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.deliveries WHEN new.type = 'refused'
		BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`))
	r := record("refused")
	r.Type = "refused"
	return appending(r)
}

// failingCommit returns a change that succeeds, and makes the COMMIT of its transaction fail.
func failingCommit(t *testing.T, s *testStore) *writeRequest {
	t.Helper()
	must(t, s.write.exec(`PRAGMA foreign_keys = ON`))
	must(t, s.write.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY)`))
	must(t, s.write.exec(`CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`))
	return changing(func(c *writerConn) error { return c.exec(`INSERT INTO child VALUES (1)`) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsRolledBackIsNeverTold fails a transaction at its very end: nobody may hear of the deliveries in it, not
// from the tail, not from the head, and nobody who waits is woken. The next ones take their seqs.
func TestWhatIsRolledBackIsNeverTold(t *testing.T) {
	for name, fail := range map[string]func(*testing.T, *testStore) *writeRequest{
		"an append that fails": failingAppend, "a commit that fails": failingCommit,
	} {
		t.Run(name, func(t *testing.T) {
			s := resting(t)
			s.commit([]*writeRequest{appending(record("kept"))})
			last := fail(t, s)
			grown := s.Changed()
			before := s.toldSoFar(grown)
			lost := []*writeRequest{appending(record("lost")), appending(record("lost as well")), last}
			s.commit(append([]*writeRequest{}, lost...)) // commit clears the list that it is given
			for i, w := range lost {
				if !isUnavailable(w.err) {
					t.Errorf("part %d is answered %v", i, w.err)
				}
			}
			if after := s.toldSoFar(grown); after != before {
				t.Errorf("told %+v, before the failure %+v", after, before)
			}
			if page, upTo, err := s.After(t.Context(), 1, 10); err != nil || len(page) != 0 || upTo != 1 {
				t.Errorf("after the first delivery come %v, up to %d (%v)", page, upTo, err)
			}
			s.commit([]*writeRequest{appending(record("next"))})
			if got := s.bodiesAfter(t, 0); len(got) != 2 || got[0] != "kept" || got[1] != "next" {
				t.Errorf("the log tells %q", got)
			}
			if told := s.toldSoFar(grown); told != (toldSoFar{head: 2, tail: 2, woken: true}) {
				t.Errorf("after the next one: %+v", told)
			}
		})
	}
}

// TestNothingIsToldBeforeTheCommit looks from within the transaction, when all its deliveries are written.
func TestNothingIsToldBeforeTheCommit(t *testing.T) {
	s := resting(t)
	grown := s.Changed()
	before := s.toldSoFar(grown)
	looked := false
	s.commit([]*writeRequest{appending(record("a")), appending(record("b")), changing(func(*writerConn) error {
		looked = true
		if told := s.toldSoFar(grown); told != before {
			t.Errorf("before the commit: told %+v, not %+v", told, before)
		}
		return nil
	})})
	if !looked {
		t.Fatal("nobody looked")
	}
	if told := s.toldSoFar(grown); told != (toldSoFar{head: 2, tail: 2, woken: true}) {
		t.Errorf("after the commit: told %+v", told)
	}
}

// bodiesAfter reads the log as followers do.
func (s *testStore) bodiesAfter(t *testing.T, from hook.Seq) (bodies []string) {
	t.Helper()
	page, _, err := s.After(t.Context(), from, 100)
	must(t, err)
	must(t, s.EachRecord(t.Context(), page, func(r *hook.Record) error {
		bodies = append(bodies, string(r.Body))
		return nil
	}))
	return bodies
}
