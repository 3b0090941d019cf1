package status

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// senderEvent is one event as its sender posts it.
type senderEvent struct {
	headers  map[string]string
	settings map[string]string // of the endpoint that it comes to
	body     string
}

// iso is a time some minutes after noon, as text.
func iso(minutes int) string {
	return noon.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

// statements are what a sender's events say; each came as one more delivery, hours after it happened.
func statements(t *testing.T, sender string, seq hook.Seq, events ...senderEvent) (all []hook.Statement) {
	t.Helper()
	p, known := provider.For(sender)
	if !known {
		t.Fatalf("no sender %q", sender)
	}
	for i, e := range events {
		n := seq + hook.Seq(i)
		r := &hook.Record{Delivery: hook.Delivery{ID: hook.DeliveryID(fmt.Sprint("dlv_", n)), Seq: n,
			ReceivedAt: hook.Time{Time: noon.Add(9999 * time.Hour).Add(time.Duration(n) * time.Hour)}},
			Request: hook.Request{Body: []byte(e.body)}}
		for name, value := range e.headers {
			r.Headers = append(r.Headers, hook.Header{Name: name, Value: value})
		}
		said, err := p.Statements(&hook.Endpoint{Provider: sender, Settings: e.settings}, r)
		if err != nil || len(said) == 0 {
			t.Fatalf("nothing is said by %s", e.body)
		}
		for _, one := range said {
			one.Aliases = slices.Concat(one.Aliases, one.Orders, one.References)
			all = append(all, one)
		}
	}
	return all
}

// apart returns the sets of names that nothing joins.
func apart(all []hook.Statement) (sets [][]string) {
	for _, s := range all {
		joined := slices.Clone(s.Aliases)
		sets = slices.DeleteFunc(sets, func(set []string) bool {
			shared := slices.ContainsFunc(set, func(name string) bool { return slices.Contains(s.Aliases, name) })
			if shared {
				joined = append(joined, set...)
			}
			return shared
		})
		sets = append(sets, joined)
	}
	return sets
}
