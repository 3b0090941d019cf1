package wire

import (
	"slices"

	"hookbeam/server/hook"
)

// PublicVersion is the value of the query parameter v with which clients ask for public statuses as they are. The
// element and the React package send it since they show title and note of the answer.
const PublicVersion = "2"

// Compatible returns what a client gets that does not send v=2. Packages that were installed before show every failed
// payment with a sentence of their own: that the payer has not been charged. If that is not proved, the payment is
// still processing for them, and they keep asking. p is not changed.
func Compatible(p *hook.Public) *hook.Public {
	if p.Status != hook.StateFailed || p.Summary.Denied || !isPaid(p.Kind) {
		return p
	}
	old := *p
	old.Status, old.Tone, old.Final = hook.StateProcessing, hook.ToneActive, false
	if last := len(p.Timeline) - 1; last >= 0 && p.Timeline[last].Status == hook.StateFailed {
		old.Timeline = slices.Clone(p.Timeline)
		old.Timeline[last].Status = hook.StateProcessing
	}
	return &old
}

// isPaid reports whether a subject is a payment or an order. Runs and deployments fail as well.
func isPaid(kind hook.SubjectKind) bool { return kind == hook.KindPayment || kind == hook.KindOrder }
