package hook

import (
	"errors"
	"strings"
)

// ErrTooMuch says that extracting the statements of a delivery would exceed the limit for one delivery. None of its
// statements count then: keeping some of them would make the result depend on their order in the body.
var ErrTooMuch = errors.New("extracting the delivery's statements exceeds the limit for one delivery")

// MaxExtracted is the largest body, in bytes, from which statements are extracted.
const MaxExtracted = 1 << 20

// EvidenceKind is what one event reports about a subject: the kind of evidence.
type EvidenceKind string

// The kinds of evidence of payments and orders. Those of a payment count for the order and the references that it
// belongs to as well.
const (
	Created        EvidenceKind = "created"
	Action         EvidenceKind = "action" // the payer must act
	Processing     EvidenceKind = "processing"
	Authorized     EvidenceKind = "authorized" // Amount is everything that was authorized so far, captured or not
	Released       EvidenceKind = "released"   // an authorization ended without a capture
	CapturePending EvidenceKind = "capture_pending"
	Captured       EvidenceKind = "captured"
	CaptureFailed  EvidenceKind = "capture_failed"
	RefundPending  EvidenceKind = "refund_pending"
	Refund         EvidenceKind = "refund"
	RefundFailed   EvidenceKind = "refund_failed"
	Reversed       EvidenceKind = "reversed" // the provider or a bank took the money back: a refund of Amount
	Failed         EvidenceKind = "failed"
	Canceled       EvidenceKind = "canceled"
	Expired        EvidenceKind = "expired"
	DisputeOpen    EvidenceKind = "dispute_open"
	DisputeWon     EvidenceKind = "dispute_won"
	DisputeLost    EvidenceKind = "dispute_lost"
	DisputeClosed  EvidenceKind = "dispute_closed" // lost, unless another event reported how it ended
	CoinsSeen      EvidenceKind = "coins_seen"     // coins were sent and are not confirmed yet
	// Coins were confirmed; whether they are enough is reported separately
	CoinsReceived EvidenceKind = "coins_received"
	// Coins were confirmed, and a person must decide what becomes of them
	CoinsUnsettled EvidenceKind = "coins_unresolved"
	NothingDue     EvidenceKind = "nothing_due" // of an order: a trial, or a total of zero
	// Of a reference: it ended unpaid, and the provider returns what was paid
	Closed        EvidenceKind = "closed"
	Info          EvidenceKind = "info"   // it concerns the subject but does not change its state
	StateReported EvidenceKind = "stands" // the event is a snapshot and reports Evidence.State
)

// Evidence is what one event reports about one subject. It is stored as JSON, and package status merges all evidence
// of a subject into its Status, in an order that does not depend on the order of arrival.
type Evidence struct {
	Event string       `json:"event"` // the event's id at the provider, or the delivery's id if it has none; never empty
	Kind  EvidenceKind `json:"kind"`
	At    Time         `json:"at"`  // when it happened, according to the provider; otherwise when it was received
	Seq   Seq          `json:"seq"` // the first delivery that contained it

	// Variant is a hash of the body if the event was delivered before with another one; see Record.Variant. Two bodies
	// under one event id are two reports of it, but a capture or refund without an id is the same one in both.
	Variant string `json:"variant,omitempty"`

	Delivery   DeliveryID `json:"delivery,omitempty"`
	Type       string     `json:"type,omitempty"` // the event's type, for people
	ReceivedAt Time       `json:"received_at"`

	// Amount is what was requested, authorized, captured or refunded, in minor units of Currency. 0 means that the
	// event does not report an amount; then a capture or refund is of everything. An amount without a currency is in
	// hundredths of the payment's currency, which the event does not name.
	Amount   int64  `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"` // ISO 4217

	// These are about captures and refunds.
	// Id of the capture or refund; with none, each event is a part of its own
	Part     string `json:"part,omitempty"`
	Of       string `json:"of,omitempty"`       // of a refund: the Part of the capture that it returns
	Total    int64  `json:"total,omitempty"`    // the sum so far: of the payment, or with Of, of one capture
	Inferred bool   `json:"inferred,omitempty"` // only a setting says that it was captured
	Reserved bool   `json:"reserved,omitempty"` // of a capture: its amount was authorized before, reported or not
	Follows  More   `json:"follows,omitempty"`  // of a capture: whether the provider says that others follow
	Charged  int64  `json:"charged,omitempty"`  // of a refund: what the event says was captured
	Extra    int64  `json:"extra,omitempty"`    // of a capture: what of Amount came on top of the price, such as a tip
	Release  bool   `json:"release,omitempty"`  // of a refund: it may be a release of what was not captured

	// These are about orders and references.
	Due      int64 `json:"due,omitempty"`      // what is to be paid in total
	Declared int64 `json:"declared,omitempty"` // what was paid so far
	Returned int64 `json:"returned,omitempty"` // what was refunded so far
	Paid     bool  `json:"paid,omitempty"`     // of a snapshot: money was taken, also if Declared is unknown

	Method Method `json:"method,omitempty"` // how it is paid
	Cause  Cause  `json:"cause,omitempty"`  // why it ended, or why nothing is due
	Review Review `json:"review,omitempty"` // why a person should look
	Late   bool   `json:"late,omitempty"`   // the provider says that it was paid after its end

	// Inherited says that it is from a row of the release before there were orders, and that its delivery is no longer
	// kept. Such a row did not say which payment an event was about, so it may be less exact than what a delivery says.
	// What a kept delivery of the same event reports counts instead.
	Inherited bool `json:"inherited,omitempty"`

	// These are set with Kind StateReported.
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
//
// A statement about money says which payment, order and references it concerns, and thereby connects them, whatever its
// level is.
type Statement struct {
	Subject SubjectKind
	Level   Level // of a payment or order: which of the three Evidence is about

	// Aliases are all aliases that the event gives the subject, the main one first: "payment/pi_1", "charge/ch_1". Of a
	// statement about money they are the ids of one payment.
	Aliases    []string
	Orders     []string // ids of one order: "checkout/cs_1", "invoice/in_1"
	References []string // the shop's own references: "order/10-4471"
	Account    string   // the account at the provider within which References are names
	Customers  []string // hashes of what identifies the customer; see CustomerHash
	Evidence
}

// Compact copies all texts of the statement into one new string. Without it, a short text that was cut from a body
// would keep the whole body in memory.
func (s *Statement) Compact() {
	e := &s.Evidence
	texts := [...]*string{&e.Event, (*string)(&e.Delivery), &e.Type, &e.Currency, &e.Part, &e.Of,
		&e.Reference, &e.Customer, &e.Title, &e.URL, &s.Account}
	lists := [...][]string{s.Aliases, s.Orders, s.References}
	size := 0
	for _, names := range lists {
		for _, name := range names {
			size += len(name)
		}
	}
	for _, text := range texts {
		size += len(*text)
	}
	var b strings.Builder
	b.Grow(size)
	for _, names := range lists {
		for _, name := range names {
			b.WriteString(name)
		}
	}
	for _, text := range texts {
		b.WriteString(*text)
	}
	all := b.String()
	cut := func(of *string) {
		n := len(*of)
		*of, all = all[:n], all[n:]
	}
	for _, names := range lists {
		for i := range names {
			cut(&names[i])
		}
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

// StateAmbiguous is the state of a reference under which nobody's payment is shown: several customers' payments have
// it, or so many payments that it names no order.
const StateAmbiguous State = "ambiguous"

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
