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

// otherwise explains the event types for which the rules deviate from the table.
var otherwise = map[string]string{
	"stripe invoice.marked_uncollectible":       "the shop gave it up: no bank declined anything",
	"btcpay InvoiceReceivedPayment":             "coins were seen: on their way, and more than a word",
	"coinbase-commerce charge:pending":          "coins were seen: on their way, and more than a word",
	"coinbase-commerce charge:delayed":          "coins came too late: they are neither on their way nor a payment",
	"razorpay payment.dispute.closed":           "lost, unless it was said how it ended: both in one kind",
	"paypal CHECKOUT.ORDER.APPROVED":            "no money moves until the shop captures",
	"paypal PAYMENT.CAPTURE.PENDING":            "the capture is pending",
	"paypal PAYMENT.SALE.PENDING":               "the capture is pending",
	"paypal PAYMENT.CAPTURE.DENIED":             "the capture failed",
	"paypal PAYMENT.CAPTURE.DECLINED":           "the capture failed",
	"paypal PAYMENT.SALE.DENIED":                "the capture failed",
	"razorpay payment_link.partially_paid":      "a payment was captured, and the link states how much is due",
	"paddle transaction.paid":                   "the table itself says that it is shown as paid",
	"braintree transaction_settlement_declined": "it takes back what had counted as paid",
}

// TestEveryKnownTypeOfAPaymentsEventIsTold compares the rules with a table of what each sender's event types mean. A
// kind that the table names must be among the kinds of the rules; for a type that it explains in a sentence, the rules
// must report something.
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
			said := p.possibleKinds(strings.TrimSuffix(typ, "*"))
			if len(said) == 0 {
				t.Errorf("%s: %s tells nothing, and means %q", sender, typ, means)
			}
			if word, _, _ := strings.Cut(means, " "); slices.Contains(kinds, hook.EvidenceKind(word)) &&
				!slices.Contains(said, hook.EvidenceKind(word)) &&
				otherwise[sender+" "+typ] == "" {
				t.Errorf("%s: %s says %v, and means %q", sender, typ, said, means)
			}
		}
	}
}

// possibleKinds returns all kinds of evidence that the rules may report for a type of event.
func (p *Provider) possibleKinds(typ string) (kinds []hook.EvidenceKind) {
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
