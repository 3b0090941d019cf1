package status

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookbeam/server/hook"
)

// TestAStatusDoesNotDependOnTheClock receives a payment's events twice over: once on a clock that goes on as it should, once on
// one that jumps by an hour and back before each. The payment's status and history are the same.
func TestAStatusDoesNotDependOnTheClock(t *testing.T) {
	var statuses [2]hook.Status
	for i, jump := range []time.Duration{time.Minute, time.Hour} {
		h := newHarness(t)
		for n, e := range append(life(1), life(1)...) { // each comes twice
			if n%2 == 1 {
				jump = -jump
			}
			h.move(jump)
			r := e.record(hook.Verified)
			r.ReceivedAt = hook.Time{Time: h.clock()}
			if err := h.log.Append(&r); err != nil {
				t.Fatal(err)
			}
			h.apply()
		}
		list := h.list(hook.StatusFilter{})
		if len(list) != 1 || list[0].State != hook.StatePartiallyRefunded || list[0].Amount != 4900 {
			t.Fatalf("%+v", list)
		}
		statuses[i] = list[0]
	}
	text, _ := json.Marshal(statuses)
	if diff := cmp.Diff(statuses[0], statuses[1], cmpopts.IgnoreTypes(hook.DeliveryID("")), cmpopts.IgnoreFields(hook.Status{}, "ID")); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
}
