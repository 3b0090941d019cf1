package sqlite

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

func TestTheNewestDeliveriesThatCountComeWhole(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	first := appended(t, s, verified("evt_1"))
	appended(t, s, verified("evt_1"))
	appended(t, s, rejected("x"))
	other := record("y")
	other.Endpoint = "ep_b"
	appended(t, s, other)
	last := appended(t, s, record("z"))

	var got []hook.Record
	all := func(r *hook.Record) error { got = append(got, *r); return nil }
	if err := s.EachRecent(t.Context(), "ep_a", 10, all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]hook.Record{*last, *first}, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	if err := s.EachRecent(t.Context(), "ep_a", 1, all); err != nil || len(got) != 1 || got[0].Seq != last.Seq {
		t.Errorf("of one: %v, %v", got, err)
	}
	enough := errors.New("enough")
	if err := s.EachRecent(t.Context(), "ep_a", 10, func(*hook.Record) error { return enough }); !errors.Is(
		err,
		enough,
	) {
		t.Errorf("got %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.EachRecent(ended, "ep_a", 10, all); !errors.Is(err, context.Canceled) {
		t.Errorf("after its time: %v", err)
	}
}

// TestAnIndexFindsTheNewestDeliveries: a log of millions is not walked to try a mapping.
func TestAnIndexFindsTheNewestDeliveries(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	rows, err := s.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+selectRecent, "ep_a", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	want := []string{"SEARCH endpoint_blocks USING PRIMARY KEY (endpoint_id=? AND block>?)",
		"SEARCH deliveries USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"} // and no sorting
	if rows.Err() != nil || !slices.Equal(plan, want) {
		t.Errorf("the plan is %q, %v", plan, rows.Err())
	}
}
