package payments_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// at is evidence of a kind some minutes after noon.
func at(minutes int, kind hook.EvidenceKind, amount int64) hook.Evidence {
	return hook.Evidence{
		Event:    fmt.Sprint(kind, minutes, amount),
		Kind:     kind,
		At:       hook.Time{Time: start.Add(time.Duration(minutes) * time.Minute)},
		Amount:   amount,
		Currency: "EUR",
	}
}

func refund(minutes int, kind hook.EvidenceKind, id string, amount int64) hook.Evidence {
	e := at(minutes, kind, amount)
	e.Part, e.Event = id, e.Event+id
	return e
}

func total(minutes int, amount int64) hook.Evidence {
	e := at(minutes, hook.Refund, 0)
	e.Event, e.Total = fmt.Sprint("total", minutes, amount), amount
	return e
}

// course is how one payment went, and where it must stand in the end.
type course struct {
	events   []hook.Evidence
	state    hook.State
	refunded int64
	dispute  hook.Dispute
	late     bool
}

var courses = map[string]course{
	"3-D Secure": {
		events: []hook.Evidence{
			at(0, hook.Created, 4900),
			at(0, hook.Action, 4900),
			at(1, hook.Processing, 0),
			at(2, hook.Captured, 4900),
		},
		state: hook.StatePaid,
	},
	"second card": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(1, hook.Failed, 0), at(2, hook.Captured, 4900)},
		state:  hook.StatePaid,
	},
	"bank debit": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(1, hook.Processing, 0), at(2880, hook.Captured, 4900)},
		state:  hook.StatePaid,
	},
	"debit fails": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(1, hook.Processing, 0), at(2880, hook.Failed, 0)},
		state:  hook.StateFailed,
	},
	"void": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(1, hook.Authorized, 4900), at(60, hook.Canceled, 0)},
		state:  hook.StateCanceled,
	},
	"expiry": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(60, hook.Expired, 0)},
		state:  hook.StateExpired,
	},
	"auth expires": {
		events: []hook.Evidence{at(0, hook.Authorized, 4900), at(9000, hook.Expired, 0)},
		state:  hook.StateExpired,
	},
	"late authorisation": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(5, hook.Authorized, 4900), at(6, hook.Failed, 0)},
		state:  hook.StateAuthorized,
	},
	"partial refund": {
		events:   []hook.Evidence{at(0, hook.Captured, 4900), refund(5, hook.Refund, "r1", 900)},
		state:    hook.StatePartiallyRefunded,
		refunded: 900,
	},
	"full refund in parts": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			refund(5, hook.Refund, "r1", 900),
			refund(6, hook.Refund, "r2", 4000),
		},
		state:    hook.StateRefunded,
		refunded: 4900,
	},
	"full refund, no amount": {
		events:   []hook.Evidence{at(0, hook.Captured, 4900), at(5, hook.Refund, 0)},
		state:    hook.StateRefunded,
		refunded: 4900,
	},
	"refund totals": {
		events:   []hook.Evidence{at(0, hook.Captured, 4900), total(5, 900), total(6, 1900)},
		state:    hook.StatePartiallyRefunded,
		refunded: 1900,
	},
	"refund fails later": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			refund(5, hook.Refund, "r1", 4900),
			refund(900, hook.RefundFailed, "r1", 4900),
		},
		state: hook.StatePaid,
	},
	"total, then it fails": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			total(5, 4900),
			refund(900, hook.RefundFailed, "r1", 4900),
		},
		state: hook.StatePaid,
	},
	"one of two refunds fails": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			total(5, 900),
			total(6, 4900),
			refund(900, hook.RefundFailed, "r2", 4000),
		},
		state:    hook.StatePartiallyRefunded,
		refunded: 900,
	},
	"capture fails after success": {
		events: []hook.Evidence{
			at(0, hook.Authorized, 4900),
			at(1, hook.Captured, 4900),
			at(900, hook.CaptureFailed, 0),
		},
		state: hook.StateFailed,
	},
	"dispute lost": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			at(900, hook.DisputeOpen, 0),
			at(9000, hook.DisputeLost, 0),
		},
		state:   hook.StatePaid,
		dispute: hook.DisputeIsLost,
	},
	"dispute won, closed": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			at(900, hook.DisputeOpen, 0),
			at(901, hook.DisputeWon, 0),
			at(902, hook.DisputeClosed, 0),
		},
		state:   hook.StatePaid,
		dispute: hook.DisputeIsWon,
	},
	"dispute closed": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			at(900, hook.DisputeOpen, 0),
			at(902, hook.DisputeClosed, 0),
		},
		state:   hook.StatePaid,
		dispute: hook.DisputeIsLost,
	},
	"refunded anew after one failed": {
		events: []hook.Evidence{
			at(0, hook.Captured, 4900),
			total(5, 4900),
			refund(6, hook.RefundFailed, "r1", 4900),
			total(7, 900),
		},
		state:    hook.StatePartiallyRefunded,
		refunded: 900,
	},
	"voided at once": {
		events: []hook.Evidence{at(0, hook.Authorized, 4900), at(0, hook.Canceled, 0)},
		state:  hook.StateCanceled,
	},
	"voided, or lapsed": {
		events: []hook.Evidence{at(0, hook.Authorized, 4900), at(5, hook.Canceled, 0), at(5, hook.Expired, 0)},
		state:  hook.StateCanceled,
	},
	"reversed": {
		events:   []hook.Evidence{at(0, hook.Captured, 4900), at(900, hook.Reversed, 0)},
		state:    hook.StateRefunded,
		refunded: 4900,
	},
	"paid after expiry": {
		events: []hook.Evidence{at(0, hook.Created, 4900), at(60, hook.Expired, 0), at(61, hook.Captured, 4900)},
		state:  hook.StatePaid,
		late:   true,
	},
	"cancel race": {
		events: []hook.Evidence{at(0, hook.Authorized, 4900), at(5, hook.Captured, 4900), at(5, hook.Canceled, 0)},
		state:  hook.StatePaid,
	},
	"all in one second": {
		events: []hook.Evidence{
			at(0, hook.Created, 4900),
			at(0, hook.Processing, 0),
			at(0, hook.Authorized, 4900),
			at(0, hook.Captured, 4900),
		},
		state: hook.StatePaid,
	},
	"an impossible way": {
		events: []hook.Evidence{at(0, hook.Canceled, 4900), at(5, hook.Failed, 0)},
		state:  hook.StateFailed,
	},
	"only a refund": {
		events:   []hook.Evidence{refund(5, hook.Refund, "r1", 900)},
		state:    hook.StateRefunded,
		refunded: 900,
	},
	"nothing moved": {events: []hook.Evidence{at(0, hook.Info, 0)}, state: ""},
}

// TestEveryPaymentEndsRightInEveryOrder tries all orders, each with every event once more at every place.
func TestEveryPaymentEndsRightInEveryOrder(t *testing.T) {
	for name, s := range courses {
		t.Run(name, func(t *testing.T) {
			want := payments.Payment(s.events)
			if want.State != s.state || want.Refunded != s.refunded || want.Dispute != s.dispute ||
				want.Late != s.late {
				t.Fatalf("%+v, want %+v", want, s)
			}
			eachOrder(slices.Clone(s.events), func(order []hook.Evidence) {
				for i := range order {
					again := order[i]
					again.Seq = 99
					// As where the sender says no time, and that of receiving counts
					again.At.Time = again.At.Add(time.Hour)
					for j := 0; j <= len(order); j++ {
						repeated := slices.Insert(slices.Clone(order), j, again)
						if diff := cmp.Diff(want, payments.Payment(repeated)); diff != "" {
							t.Fatalf("%v, with %d again at %d: %s", order, i, j, diff)
						}
					}
				}
			})
		})
	}
}

// TestNoOrderOfAnyEvidenceMakesADifference takes soups of evidence that no provider would send.
func TestNoOrderOfAnyEvidenceMakesADifference(t *testing.T) {
	kinds := []hook.EvidenceKind{
		hook.Created,
		hook.Action,
		hook.Processing,
		hook.Authorized,
		hook.Captured,
		hook.Refund,
		hook.RefundFailed,
		hook.Failed,
		hook.CaptureFailed,
		hook.Canceled,
		hook.Expired,
		hook.Reversed,
		hook.DisputeOpen,
		hook.DisputeWon,
		hook.DisputeLost,
		hook.DisputeClosed,
		hook.Info,
	}
	one := rapid.Custom(func(t *rapid.T) hook.Evidence {
		return hook.Evidence{
			Event: fmt.Sprint(
				"evt_",
				rapid.IntRange(0, 2).Draw(t, "event"),
			), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			At: hook.Time{Time: start.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "minute")) * time.Minute)},
			Amount: rapid.SampledFrom([]int64{0, 100, 4900}).
				Draw(t, "amount"),
			Currency: rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"),
			Total: rapid.SampledFrom([]int64{0, 100, 4900}).
				Draw(t, "total"),
			Part: rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(t, "refund"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		soup := rapid.SliceOfN(one, 0, 12).Draw(t, "soup")
		want := payments.Payment(soup)
		other := rapid.Permutation(append(slices.Clone(soup), soup...)).Draw(t, "order")
		if diff := cmp.Diff(want, payments.Payment(other)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// eachOrder calls do with every order of all.
func eachOrder(all []hook.Evidence, do func([]hook.Evidence)) {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	permute(order, 0, func(order []int) bool {
		mixed := make([]hook.Evidence, len(all))
		for i, from := range order {
			mixed[i] = all[from]
		}
		do(mixed)
		return true
	})
}
