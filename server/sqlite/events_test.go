package sqlite

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

func TestWhatIsKnownOfACheckAndAnEventComesBack(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for _, c := range []hook.Check{{}, {Scheme: "token", Covers: hook.CoversNothing},
		{Scheme: "hmac-sha256", Covers: hook.CoversBody, Dated: true, Skew: -3 * time.Second}} {
		want := verified(fmt.Sprint("evt_", c.Skew, c.Scheme))
		want.Check, want.Account, want.Mode, want.Events = c, "acct_1", hook.ModeTest, 4
		want.OccurredAt = hook.Millis(noon.UnixMilli() - 1500)
		got, err := s.Delivery(t.Context(), appended(t, s, want).ID)
		if diff := cmp.Diff(*want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
}

func TestTriesOfAnEventAreCountedAndCompared(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	first, second := appended(t, s, verified("evt_1")), appended(t, s, verified("evt_1"))
	other := verified("evt_1")
	other.Body = []byte("changed")
	appended(t, s, other)
	if first.Occurrence != 0 || second.Occurrence != 2 || second.Reason != "" || other.Occurrence != 3 ||
		other.Reason != hook.ReasonBodyDiffers {
		t.Errorf("occurrences %d, %d %q, %d %q", first.Occurrence, second.Occurrence, second.Reason,
			other.Occurrence, other.Reason)
	}
	for _, d := range []hook.Delivery{first.Delivery, second.Delivery, other.Delivery} {
		tries, err := s.Redeliveries(t.Context(), d)
		if err != nil || len(tries) != 3 || !tries[0].SameBody || !tries[1].SameBody || tries[2].SameBody ||
			len(tries[2].Headers) != 3 {
			t.Errorf("of %d: %+v, %v", d.Seq, tries, err)
		}
	}
	alone := appended(t, s, record("x"))
	if tries, err := s.Redeliveries(t.Context(), alone.Delivery); err != nil || len(tries) != 1 ||
		tries[0].ID != alone.ID {
		t.Errorf("a delivery without others: %+v, %v", tries, err)
	}
}

func batch(ids ...string) *hook.Record {
	r := verified("")
	for _, id := range ids {
		r.Batch = append(r.Batch, hook.Event{ID: id})
	}
	r.Events = len(ids)
	return r
}

func TestEachEventOfABatchIsClaimed(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for i, c := range []struct {
		r    *hook.Record
		want hook.Seq
	}{
		{batch("a", "b", "a"), 0},
		{batch("a", "b"), 1},    // all of it came before
		{batch("b", "c"), 0},    // some of it is new
		{verified("c"), 3},      // one of a batch, alone
		{batch("", "a"), 0},     // one that nobody can know
		{batch("d"), 0},         // new
		{batch("d", "c"), 6},    // of two deliveries: the first of the first
		{batch("", ""), 0},      // no ids at all
		{verified("nobody"), 0}, // none of them took this
	} {
		if got := appended(t, s, c.r).DuplicateOf; got != c.want {
			t.Errorf("delivery %d is a duplicate of %d, want %d", i+1, got, c.want)
		}
	}
	firsts, err := s.Firsts(t.Context(), "ep_a", []string{"a", "c", "none"})
	if diff := cmp.Diff([]hook.Seq{1, 3, 0}, firsts); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestWhatWasReleasedIsNotExaminedAgain(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for i := range 3 {
		appended(t, s, rejected(fmt.Sprint(i)))
	}
	appended(t, s, verified("evt_1"))
	var seen []hook.Seq
	look := func(r *hook.Record) error {
		seen = append(seen, r.Seq)
		if r.Seq == 2 {
			r.Verdict, r.ReleaseOf = hook.Verified, r.Seq
			return s.Append(r)
		}
		return nil
	}
	for _, want := range [][]hook.Seq{{1, 2, 3}, {1, 3}} {
		seen = nil
		if err := s.EachRejected(t.Context(), "ep_a", look); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	}
	var listed []hook.Seq // a page of one and the rest
	for _, page := range []struct {
		before hook.Seq
		limit  int
	}{{1 << 62, 1}, {3, 100}} {
		all, err := s.NewestRejected(t.Context(), "ep_a", page.before, page.limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			listed = append(listed, d.Seq)
		}
	}
	if diff := cmp.Diff([]hook.Seq{3, 1}, listed); diff != "" {
		t.Error(diff)
	}
	stop := errors.New("enough")
	if err := s.EachRejected(t.Context(), "ep_a", func(*hook.Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of the caller became %v", err)
	}
}
