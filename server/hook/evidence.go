package hook

import (
	"errors"
	"strings"
)

// ErrTooMuch says that to read what a delivery tells would cost more than one delivery may. Nothing of it counts: a part
// would depend on where in the body the rest stands.
var ErrTooMuch = errors.New("reading what the delivery tells costs more than one delivery may")

// MaxTold is the largest body, in bytes, of which it is read what it tells.
const MaxTold = 1 << 20

// Kind is what one event says of a subject.
type Kind string

// The kinds of evidence of a payment.
const (
	Created       Kind = "created"
	Action        Kind = "action" // the payer must do something
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
	DisputeClosed Kind = "dispute_closed" // lost, unless it was said how it ended
	Info          Kind = "info"           // it is about the subject, and moves nothing
	Stands        Kind = "stands"         // of what is no payment: it stands where Evidence.State says
)

// Evidence is what one event says of one subject.
type Evidence struct {
	Event string `json:"event"` // the event's id at the provider, or the delivery's where it has none; never empty
	Kind  Kind   `json:"kind"`
	At    Time   `json:"at"`  // when it happened, as the provider says; when it was received where it does not
	Seq   Seq    `json:"seq"` // the delivery that brought it first

	Delivery   DeliveryID `json:"delivery,omitempty"`
	Type       string     `json:"type,omitempty"` // the event's type, for people
	ReceivedAt Time       `json:"received_at"`

	Amount   int64  `json:"amount,omitempty"`   // in minor units of Currency: what was captured, refunded or asked for; 0: not said
	Currency string `json:"currency,omitempty"` // ISO 4217
	Total    bool   `json:"total,omitempty"`    // of a refund: Amount is all that was refunded so far, not one refund
	Refund   string `json:"refund,omitempty"`   // id of the refund, where it is about one

	// Of a subject that is no payment, and of Kind Stands.
	State      State `json:"state,omitempty"`      // where it stands; of an order: its payment
	Fulfilment State `json:"fulfilment,omitempty"` // of an order: how much of it was sent
	Tone       Tone  `json:"tone,omitempty"`       // of a state that only its endpoint knows
	Final      bool  `json:"final,omitempty"`      // nothing is expected to follow
	Version    int64 `json:"version,omitempty"`    // a higher one always wins: the attempt of a run
	Rank       int   `json:"rank,omitempty"`       // of states in the same moment the highest counts

	// For people; the newest that is not empty counts.
	Reference string `json:"reference,omitempty"` // the shop's own: an order's number
	Customer  string `json:"customer,omitempty"`  // mail address; never shown to the public
	Title     string `json:"title,omitempty"`     // what the subject is: "build on main"
	URL       string `json:"url,omitempty"`       // where the provider shows it; http or https
}

// SubjectKind is what sort of thing a subject is.
type SubjectKind string

// The kinds of subjects.
const (
	KindPayment    SubjectKind = "payment"
	KindOrder      SubjectKind = "order"
	KindRun        SubjectKind = "run" // of a pipeline or a check
	KindDeployment SubjectKind = "deployment"
	KindOwn        SubjectKind = "own" // as an endpoint's own mapping says
)

// Statement is what one event says, and of which subject.
type Statement struct {
	Subject SubjectKind
	Names   []string // every name that the event gives its subject, the one that it is shown under first: "payment/pi_1", "order/10-4471"
	Evidence
}

// Compact lets go of the texts that a statement was read from: what it keeps of them is copied into one of its own.
func (s *Statement) Compact() {
	e := &s.Evidence
	texts := [...]*string{&e.Event, (*string)(&e.Delivery), &e.Type, &e.Currency, &e.Refund, &e.Reference, &e.Customer, &e.Title, &e.URL}
	size := 0
	for _, name := range s.Names {
		size += len(name)
	}
	for _, text := range texts {
		size += len(*text)
	}
	var b strings.Builder
	b.Grow(size)
	for _, name := range s.Names {
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
	for i := range s.Names {
		cut(&s.Names[i])
	}
	for _, text := range texts {
		cut(text)
	}
}

// State is where a subject stands.
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

// Dispute is how a payment's dispute stands; "" where there is none.
type Dispute string

// The stands of a dispute.
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

// StateWaiting is what the public is told of a subject of which nothing is known yet.
const StateWaiting State = "waiting"

// Tone is how a state feels, for a colour and a shape.
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
