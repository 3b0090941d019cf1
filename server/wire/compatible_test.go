package wire

import (
	"testing"

	"hookbeam/server/hook"
)

// TestOldClientsAreNotToldOfAFailureThatIsNotProved: they would say that the payer has not been charged.
func TestOldClientsAreNotToldOfAFailureThatIsNotProved(t *testing.T) {
	for name, c := range map[string]struct {
		state  hook.State
		kind   hook.SubjectKind
		denied bool
		want   hook.State
	}{
		"a failed capture": {hook.StateFailed, hook.KindPayment, false, hook.StateProcessing},
		"an order":         {hook.StateFailed, hook.KindOrder, false, hook.StateProcessing},
		"a decline":        {hook.StateFailed, hook.KindPayment, true, hook.StateFailed},
		"a cancelled one":  {hook.StateCanceled, hook.KindPayment, false, hook.StateCanceled},
		"a run":            {hook.StateFailed, hook.KindRun, false, hook.StateFailed},
		"a new state":      {hook.StatePartiallyPaid, hook.KindPayment, false, hook.StatePartiallyPaid},
	} {
		p := hook.Public{Status: c.state, Kind: c.kind, Tone: hook.ToneFailure, Final: true,
			Timeline: []hook.PublicStep{{Status: hook.StatePending}, {Status: c.state}}}
		p.Summary.Denied = c.denied
		got := Compatible(&p)
		if got.Status != c.want || got.Timeline[1].Status != c.want || got.Final != (c.state == c.want) {
			t.Errorf("%s: %+v", name, got)
		}
		if p.Status != c.state || p.Timeline[1].Status != c.state || !p.Final {
			t.Errorf("%s: it was changed: %+v", name, p)
		}
	}
}
