package hook

import (
	"errors"
	"strings"
)

// ErrTooMuch says that extracting the statements of a delivery would exceed the limit for one delivery. None of its
// statements count then: keeping some of them would make the result depend on their order in the body.
var ErrTooMuch = errors.New("extracting the delivery's statements exceeds the limit for one delivery")

// MaxTold is the largest body, in bytes, from which statements are extracted.
const MaxTold = 1 << 20

// Kind is what one event reports about a subject: the kind of evidence.
type Kind string

// The kinds of evidence of a payment.
const (
	Created       Kind = "created"
	Action        Kind = "action" // the payer must act
	Processing    Kind = "processing"
	Authorized    Kind = "authorized"
	Captured      Kind = "captured"
	Refund        Kind = "refund"
	RefundFailed  Kind = "refund_failed"
	Failed        Kind = "failed"
	CaptureFailed Kind = "capture_failed"
	Canceled      Kind = "canceled"
	Expired       Kind = "expired"
	Reversed      Kind = "reversed" // the provider or a bank took the money back
	DisputeOpen   Kind = "dispute_open"
	DisputeWon    Kind = "dispute_won"
	DisputeLost   Kind = "dispute_lost"
	DisputeClosed Kind = "dispute_closed" // lost, unless another event reported how it ended
	Info          Kind = "info"           // it concerns the subject but does not change its state
	Stands        Kind = "stands"         // for subjects that are not payments: the event reports Evidence.State
)

// Evidence is what one event reports about one subject. It is stored as JSON, and package status merges all evidence
// of a subject into its Status, in an order that does not depend on the order of arrival.
type Evidence struct {
	Event string `json:"event"` // the event's id at the provider, or the delivery's id if it has none; never empty
	Kind  Kind   `json:"kind"`
	At    Time   `json:"at"`  // when it happened, according to the provider; otherwise when it was received
	Seq   Seq    `json:"seq"` // the first delivery that contained it

	Delivery   DeliveryID `json:"delivery,omitempty"`
	Type       string     `json:"type,omitempty"` // the event's type, for people
	ReceivedAt Time       `json:"received_at"`

	// Amount is what was captured, refunded or requested, in minor units of Currency. 0 means that the event does not
	// report an amount.
	Amount   int64  `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"` // ISO 4217
	Total    bool   `json:"total,omitempty"`    // of a refund: Amount is the sum of all refunds so far, not one refund
	Refund   string `json:"refund,omitempty"`   // id of the refund, if the event is about one

	// These are set for subjects that are not payments, with Kind Stands.
	State      State `json:"state,omitempty"`      // the reported state; of an order: the state of its payment
	Fulfilment State `json:"fulfilment,omitempty"` // of an order: how much of it was shipped
	Tone       Tone  `json:"tone,omitempty"`       // how to present a state that the endpoint's mapping defines
	Final      bool  `json:"final,omitempty"`      // no further event is expected
	Version    int64 `json:"version,omitempty"`    // evidence with a higher version wins: the attempt number of a run
	Rank       int   `json:"rank,omitempty"`       // of several states at the same time, the highest rank wins

	// These are for people. The newest value that is not empty is shown.
	Reference string `json:"reference,omitempty"` // the shop's own reference, such as an order number
	Customer  string `json:"customer,omitempty"`  // email address; never shown to the public
	Title     string `json:"title,omitempty"`     // a description of the subject: "build on main"
	URL       string `json:"url,omitempty"`       // the subject's page at the provider; http or https
}

// SubjectKind is the kind of a subject: the object at the provider that events are about.
type SubjectKind string

// The kinds of subjects.
const (
	KindPayment    SubjectKind = "payment"
	KindOrder      SubjectKind = "order"
	KindRun        SubjectKind = "run" // a run of a pipeline or a check
	KindDeployment SubjectKind = "deployment"
	KindOwn        SubjectKind = "own" // defined by an endpoint's own mapping
)

// Statement is Evidence together with the subject that it is about. Packages extract and extract/expr extract
// statements from a delivery; package status applies them.
type Statement struct {
	Subject SubjectKind
	// Aliases are all aliases that the event gives the subject, the main one first: "payment/pi_1", "order/10-4471".
	Aliases []string
	Evidence
}

// Compact copies all texts of the statement into one new string. Without it, a short text that was cut from a body
// would keep the whole body in memory.
func (s *Statement) Compact() {
	e := &s.Evidence
	texts := [...]*string{&e.Event, (*string)(&e.Delivery), &e.Type, &e.Currency, &e.Refund,
		&e.Reference, &e.Customer, &e.Title, &e.URL}
	size := 0
	for _, name := range s.Aliases {
		size += len(name)
	}
	for _, text := range texts {
		size += len(*text)
	}
	var b strings.Builder
	b.Grow(size)
	for _, name := range s.Aliases {
		b.WriteString(name)
	}
	for _, text := range texts {
		b.WriteString(*text)
	}
	all := b.String()
	cut := func(of *string) {
		n := len(*of)
		*of, all = all[:n], all[n:]
	}
	for i := range s.Aliases {
		cut(&s.Aliases[i])
	}
	for _, text := range texts {
		cut(text)
	}
}

// State is the state of a subject. Which states there are depends on its SubjectKind.
type State string

// The states of a payment, as its payer sees them.
const (
	StatePending           State = "pending"
	StateActionRequired    State = "action_required"
	StateProcessing        State = "processing"
	StateAuthorized        State = "authorized"
	StatePaid              State = "paid"
	StatePartiallyRefunded State = "partially_refunded"
	StateRefunded          State = "refunded"
	StateFailed            State = "failed"
	StateCanceled          State = "canceled"
	StateExpired           State = "expired"
)

// Dispute is the state of a payment's dispute; "" if there is none.
type Dispute string

// The states of a dispute.
const (
	DisputeIsOpen Dispute = "open"
	DisputeIsWon  Dispute = "won"
	DisputeIsLost Dispute = "lost"
)

// The states of runs and deployments.
const (
	StateQueued     State = "queued"
	StateWaitsFor   State = "waiting_for_approval"
	StateRunning    State = "running"
	StateSuccess    State = "success"
	StateFailure    State = "failure"
	StateCancelled  State = "cancelled"
	StateSkipped    State = "skipped"
	StateSuperseded State = "superseded"
)

// The states of an order, beside those that its payment shares with payments.
const (
	StateUnfulfilled        State = "unfulfilled"
	StatePartiallyFulfilled State = "partially_fulfilled"
	StateFulfilled          State = "fulfilled"
	StateReturned           State = "returned"
	StatePartiallyPaid      State = "partially_paid"
)

// StateWaiting is the public state of a subject about which no event has arrived yet.
const StateWaiting State = "waiting"

// Tone is how a state is presented: user interfaces map it to a colour and a shape.
type Tone string

// The tones.
const (
	TonePending Tone = "pending"
	ToneActive  Tone = "active"
	ToneSuccess Tone = "success"
	ToneWarning Tone = "warning"
	ToneFailure Tone = "failure"
	ToneNeutral Tone = "neutral"
)
