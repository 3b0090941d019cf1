package status

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// soup is some events that speak of charges, of the payments and orders that they may belong to, or of neither.
var soup = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event {
	pick := func(of string, from ...string) string { return rapid.SampledFrom(from).Draw(t, of) }
	object := fmt.Sprintf(`{"id":%q,"amount":4900,"currency":"eur","captured":%t,"amount_refunded":%d%s%s%s}`,
		pick("charge", "ch_1#", "ch_2#", "ch_3#"), rapid.Bool().Draw(t, "captured"), rapid.SampledFrom([]int{100, 4900}).Draw(t, "refunded"),
		pick("payment", "", `,"payment_intent":"pi_1#"`, `,"payment_intent":"pi_2#"`),
		pick("invoice", "", "", `,"invoice":"in_1#"`),
		pick("order", "", "", `,"metadata":{"order_id":"10-1#"}`, `,"metadata":{"order_id":"10-2#"}`))
	return event{typ: pick("type", "charge.pending", "charge.succeeded", "charge.captured", "charge.failed", "charge.expired", "charge.refunded", "charge.updated"),
		minute: rapid.IntRange(0, 2).Draw(t, "minute"), object: object}
}), 1, 8)

// TestNoOrderMakesADifferenceToWhoIsOne has soups of events join subjects by the names that they share, twice: as they
// are, and in another order, with repeats, some applied together and some alone.
func TestNoOrderMakesADifferenceToWhoIsOne(t *testing.T) {
	h := newHarness(t)
	var places, merged int
	states := func(all []event, together []bool) map[string]string {
		places++
		mark := fmt.Sprint("~", places, "~")
		for i, e := range all {
			e.id += mark
			e.object = strings.ReplaceAll(e.object, "#", mark)
			h.append(hook.Verified, e)
			if !together[i] {
				h.apply()
			}
		}
		h.apply()
		found := map[string]string{}
		for _, name := range []string{"charge/ch_1", "charge/ch_2", "charge/ch_3", "payment/pi_1", "payment/pi_2", "invoice/in_1", "order/10-1", "order/10-2"} {
			s, err := h.projector.findUnit(h.Context(), hook.HashAlias(shop, hook.EnvironmentLive, name+mark))
			if err != nil {
				h.Fatal(err)
			}
			if s == nil {
				continue
			}
			merged += len(s.Status.Merged)
			st := s.Status
			st.ID, st.Merged, st.Seq, st.Parent = "", nil, 0, ""
			found[name] = strings.ReplaceAll(fmt.Sprintf("%+v", st), mark, "")
		}
		return found
	}
	rapid.Check(t, func(t *rapid.T) {
		all := soup.Draw(t, "soup")
		for i := range all {
			all[i].id = fmt.Sprint("evt_", i)
		}
		other := rapid.Permutation(append(all[:len(all):len(all)], all...)).Draw(t, "order")
		together := rapid.SliceOfN(rapid.Bool(), 2*len(all), 2*len(all)).Draw(t, "together")
		if diff := cmp.Diff(states(all, together), states(other, together)); diff != "" {
			t.Fatal(diff)
		}
	})
	if merged == 0 {
		t.Error("nothing ever turned out to be one")
	}
}
