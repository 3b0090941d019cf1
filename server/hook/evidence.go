package hook

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
)

// Evidence is what one event says of one subject.
type Evidence struct {
	Event string // the event's id at the provider, or the delivery's where it has none; never empty
	Kind  Kind
	At    Time // when it happened, as the provider says; when it was received where it does not
	Seq   Seq  // the delivery that brought it first

	Amount   int64  // in minor units of Currency: what was captured, refunded or asked for; 0: not said
	Currency string // ISO 4217
	Total    bool   // of a refund: Amount is all that was refunded so far, not one refund
	Refund   string // id of the refund, where it is about one
}

// State is where a payment stands.
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
