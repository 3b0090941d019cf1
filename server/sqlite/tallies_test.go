package sqlite

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// TestTalliesAreStoredWithTheSubjects inserts, replaces and deletes numbers of subjects, and reads them after a
// restart. A check of the database notices numbers that are not those of the subjects.
func TestTalliesAreStoredWithTheSubjects(t *testing.T) {
	dir := t.TempDir()
	s := openStatuses(t, dir)
	paid := hook.SubjectCount{Endpoint: "ep_1", Kind: hook.KindPayment, State: hook.StatePaid, Inside: true, Count: 2,
		Review: hook.NewReviewSet([]hook.Review{hook.ReviewPaidTwice, hook.ReviewOverpaid})}
	failed := hook.SubjectCount{Endpoint: "ep_1", Environment: hook.EnvironmentTest, Kind: hook.KindPayment,
		State: hook.StateFailed, Count: 7}
	store := func(of ...hook.SubjectCount) {
		t.Helper()
		if err := s.Store(hook.SubjectChanges{Tallies: of, UpTo: s.Position() + 1}); err != nil {
			t.Fatal(err)
		}
	}
	demand := func(want ...hook.SubjectCount) {
		t.Helper()
		if got, err := s.Tallies(t.Context()); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%v %s", err, cmp.Diff(want, got))
		}
	}
	demand()
	store(paid, failed)
	demand(paid, failed)
	gone := failed
	paid.Count, gone.Count = 3, 0
	store(paid, gone)
	demand(paid)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStatuses(t, dir)
	demand(paid)
	for query, words := range statusesKind.consistent {
		n, err := s.write.value(query)
		if wrong := words == "%d numbers of statuses are wrong"; err != nil || wrong != (n != int64(0)) {
			t.Errorf(words+": %v", n, err)
		}
	}
}
