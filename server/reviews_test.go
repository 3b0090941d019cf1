package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// storedReviews is one status that people review. It keeps what was stored last.
type storedReviews struct {
	mu     sync.Mutex
	status hook.Status
	err    error
}

func (s *storedReviews) Review(
	_ context.Context, _ hook.StatusID, cleared bool, _, _ string,
) (hook.StatusDetail, error) {
	s.mu.Lock()
	s.status.NeedsReview = !cleared
	detail, err := hook.StatusDetail{Status: s.status}, s.err
	s.mu.Unlock()
	for range rand.IntN(100) { // others may store and announce theirs before this one is announced
		runtime.Gosched()
	}
	return detail, err
}

// TestDashboardsEndWithTheReviewThatWasStoredLast has people who review and undo at the same time, again and again.
func TestDashboardsEndWithTheReviewThatWasStoredLast(t *testing.T) {
	for range 20 {
		stored := &storedReviews{status: hook.Status{ID: "sub_a", Endpoint: "ep_a", Seq: 7}}
		var mu sync.Mutex
		var announced []bool
		a := &announcedReviews{reviews: stored, notice: func(u wire.Update) {
			mu.Lock()
			defer mu.Unlock()
			if u.Kind != wire.UpdateStatus || u.Seq != 0 || u.Status.ID != "sub_a" || u.Status.Seq != 7 {
				t.Errorf("%+v", u)
			}
			announced = append(announced, u.Status.NeedsReview)
		}}
		const people = 40
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				if _, err := a.Review(t.Context(), "sub_a", i%2 == 0, "ada", ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(announced) != people || announced[people-1] != stored.status.NeedsReview {
			t.Fatalf("%d announced, the last as %v", len(announced), announced[len(announced)-1])
		}
	}
}

func TestAReviewThatWasNotStoredAndOneOfAnAliasAreNotAnnounced(t *testing.T) {
	for name, stored := range map[string]*storedReviews{
		"not stored": {err: errors.New("full")},
		"an alias":   {status: hook.Status{Level: hook.LevelReference, Parent: "sub_b"}},
	} {
		a := &announcedReviews{reviews: stored, notice: func(wire.Update) { t.Errorf("%s: announced", name) }}
		if _, err := a.Review(t.Context(), "sub_a", true, "ada", ""); !errors.Is(err, stored.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
