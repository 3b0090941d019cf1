package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// otherwise is what is told of a type in another word than the table's, and why.
var otherwise = map[string]string{
	"razorpay payment.dispute.closed":           "lost, unless it was said how it ended: both in one kind",
	"paddle transaction.paid":                   "the table itself says that it is shown as paid",
	"braintree transaction_settlement_declined": "it takes back what had counted as paid",
}

// TestEveryKnownTypeOfAPaymentsEventIsTold holds the rules against a table of what each sender's types mean. What the
// table says in a word must be among what is said; of what it explains in a sentence, something must be.
func TestEveryKnownTypeOfAPaymentsEventIsTold(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(shared(t), "status_map.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Payments map[string]map[string]string `json:"payments"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Payments) < 13 {
		t.Fatalf("only %d senders", len(table.Payments))
	}
	kinds := []hook.Kind{
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
	}
	for sender, types := range table.Payments {
		p, known := For(sender)
		if !known {
			t.Errorf("no sender %q", sender)
			continue
		}
		for typ, means := range types {
			if strings.HasPrefix(typ, "(") || strings.HasPrefix(means, "info") && !strings.Contains(means, "->") {
				continue // no type of an event; what moves nothing need not be told
			}
			said := p.maySay(strings.TrimSuffix(typ, "*"))
			if len(said) == 0 {
				t.Errorf("%s: %s tells nothing, and means %q", sender, typ, means)
			}
			if word, _, _ := strings.Cut(means, " "); slices.Contains(kinds, hook.Kind(word)) &&
				!slices.Contains(said, hook.Kind(word)) &&
				otherwise[sender+" "+typ] == "" {
				t.Errorf("%s: %s says %v, and means %q", sender, typ, said, means)
			}
		}
	}
}

// maySay are all the kinds that a type of event may say.
func (p *Provider) maySay(typ string) (kinds []hook.Kind) {
	for i := range p.Rules {
		rule := &p.Rules[i]
		if !rule.About(typ) {
			continue
		}
		kinds = append(kinds, rule.Kinds()...)
		if !rule.Also {
			break
		}
	}
	return kinds
}
