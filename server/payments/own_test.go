package payments

import (
	"testing"
	"time"

	"hookbeam/server/hook"
)

// TestAnOrderMayBePaidWithoutASum holds for providers that never report what a payment request brought: that is no
// order of which nothing was due.
func TestAnOrderMayBePaidWithoutASum(t *testing.T) {
	at := hook.Time{Time: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	made := hook.Evidence{Event: "e1", Kind: hook.Created, At: at}
	paid := hook.Evidence{Event: "e2", Kind: hook.Captured, At: hook.Time{Time: at.Add(time.Hour)}}
	got := Order([]hook.Evidence{paid, made}, nil)
	if got.State != hook.StatePaid || !got.Taken || got.Denied || got.NothingDue != "" || !got.Final ||
		!got.At.Equal(paid.At.Time) || got.Amount != 0 {
		t.Errorf("%+v", got)
	}
	order := hook.Member{Name: "payment-request/r1", Row: 1, Level: hook.LevelOrder, Summary: got}
	if of := Reference(nil, []hook.Member{order}, false); of.State != hook.StatePaid || !of.Taken {
		t.Errorf("its reference: %+v", of)
	}
	expired := hook.Evidence{Event: "e3", Kind: hook.Expired, At: hook.Time{Time: at.Add(2 * time.Hour)}}
	if got := Order([]hook.Evidence{made, paid, expired}, nil); got.State != hook.StatePaid {
		t.Errorf("after its end: %+v", got)
	}
}

// TestAnIDAloneIsSaidToBeOne until an event reports more.
func TestAnIDAloneIsSaidToBeOne(t *testing.T) {
	at := hook.Time{Time: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	alone := hook.Evidence{Event: "e1", Kind: hook.Info, Cause: hook.CauseNoDetails, At: at}
	second := hook.Evidence{Event: "e2", Kind: hook.Captured, At: at}
	for name, derive := range map[string]func(...hook.Evidence) hook.Summary{
		"payment": func(set ...hook.Evidence) hook.Summary { return Payment(set) },
		"order":   func(set ...hook.Evidence) hook.Summary { return Order(set, nil) },
	} {
		if got := derive(alone); got.State != "" || got.Cause != hook.CauseNoDetails || got.Final {
			t.Errorf("%s: %+v", name, got)
		}
		if got := derive(alone, second); got.State != hook.StatePaid || got.Cause != "" {
			t.Errorf("%s, reported: %+v", name, got)
		}
	}
}
