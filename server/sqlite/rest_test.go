package sqlite

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// TestTheIdsOfABatchAreKeptInTheRecord: what is claimed must follow from the record, without reading its body.
func TestTheIdsOfABatchAreKeptInTheRecord(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	got, err := s.Delivery(t.Context(), appended(t, s, batch("evt_1", "evt_2", "evt_1")).ID)
	want := []hook.NamedEvent{{ID: "evt_1", Times: 2}, {ID: "evt_2", Times: 1}}
	if diff := cmp.Diff(want, got.NamedEvents(nil)); err != nil || diff != "" || got.Integrity != hook.IntegrityOK {
		t.Error(err, got.Integrity, diff)
	}
}

func TestARestThatChangedOnDiskIsNoticed(t *testing.T) {
	for name, change := range map[string]string{
		"another":   "rest = x'0700000000'", // of node 7
		"none":      "rest = NULL",
		"malformed": "rest = x'ff'",
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := running(t, t.TempDir(), Options{})
			r := batch("evt_1", "evt_2")
			appended(t, s, r)
			spoil(t, s, r.Seq, change)
			if got, _ := s.Delivery(t.Context(), r.ID); got.Integrity != hook.IntegrityDamaged {
				t.Errorf("it is %q", got.Integrity)
			}
		})
	}
}

func TestADeliveryIsFoundByTheIdThatItHadBeforeItsSeq(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	appended(t, s, record("before"))
	r := record("spooled")
	r.Node = 3
	appended(t, s, r)
	appended(t, s, batch("evt_1", "evt_2"))
	first := hook.NewSpooledDeliveryID(3, r.Random)
	got, err := s.Delivery(t.Context(), first)
	if err != nil || got.Seq != 2 || got.ID != r.ID || got.Integrity != hook.IntegrityOK {
		t.Errorf("%d, %s: %v", got.Seq, got.ID, err)
	}
	if n, err := s.Size(t.Context(), first); err != nil || n != int64(len(r.Body)) {
		t.Errorf("%d bytes: %v", n, err)
	}
	for name, id := range map[string]hook.DeliveryID{
		"another node's": hook.NewSpooledDeliveryID(4, r.Random),
		"other bits":     hook.NewSpooledDeliveryID(3, [16]byte{}),
	} {
		if _, err := s.Delivery(t.Context(), id); !errors.Is(err, hook.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
