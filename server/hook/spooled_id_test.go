package hook

import (
	"math"
	"strings"
	"testing"
)

func TestASpooledIdHoldsItsNodeAndNoSeq(t *testing.T) {
	random := [16]byte{1, 2, 3, 255}
	for _, node := range []NodeID{1, 31, 32, math.MaxUint16} {
		id := NewSpooledDeliveryID(node, random)
		got, tail, ok := id.ParseSpooled()
		if !ok || got != node || tail != random {
			t.Errorf("%s gave %d %v", id, got, ok)
		}
		if _, _, placed := id.Parse(); placed {
			t.Errorf("%s is taken for an id with a seq", id)
		}
	}
	for _, seq := range []Seq{1, 32, 1 << 40} {
		if _, _, ok := NewDeliveryID(seq, random).ParseSpooled(); ok {
			t.Errorf("an id with seq %d is taken for a spooled one", seq)
		}
	}
	tail := strings.Repeat("a", tailLen)
	for _, id := range []DeliveryID{
		"",
		"dlv_0",
		"dlv_0" + DeliveryID(tail),
		"dlv_00" + DeliveryID(tail),
		"dlv_02000" + DeliveryID(tail),
		"dlv_01" + DeliveryID(tail[1:]),
		"dlv_01" + DeliveryID(tail[1:]) + "!",
		"sub_01" + DeliveryID(tail),
	} {
		if node, _, ok := id.ParseSpooled(); ok {
			t.Errorf("%q is of node %d", id, node)
		}
	}
}

func FuzzParseSpooledDeliveryID(f *testing.F) {
	f.Add(string(NewSpooledDeliveryID(300, [16]byte{9})))
	f.Add("dlv_0" + strings.Repeat("a", tailLen))
	f.Fuzz(func(t *testing.T, s string) {
		node, random, ok := DeliveryID(s).ParseSpooled()
		if !ok {
			return
		}
		again, same, ok := NewSpooledDeliveryID(node, random).ParseSpooled()
		if _, _, placed := DeliveryID(s).Parse(); !ok || again != node || same != random || placed {
			t.Errorf("%q: %d %v", s, node, random)
		}
	})
}

func TestADeliveryIsFoundByEitherIdAndByNoOther(t *testing.T) {
	random := [16]byte{5, 6, 7}
	r := Record{Delivery: Delivery{ID: NewDeliveryID(1042, random), Seq: 1042}, Node: 3}
	for id, want := range map[DeliveryID]bool{
		NewDeliveryID(1042, random):               true,
		NewSpooledDeliveryID(3, random):           true,
		NewSpooledDeliveryID(4, random):           false,
		NewSpooledDeliveryID(3, [16]byte{5, 6}):   false,
		NewDeliveryID(1043, random):               false,
		"":                                        false,
		"dlv_0" + r.ID[len(r.ID)-tailLen:]:        false,
		DeliveryID(strings.ToUpper(string(r.ID))): false,
	} {
		if got := r.HasID(id); got != want {
			t.Errorf("%s: %t", id, got)
		}
	}
}
