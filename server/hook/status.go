package hook

import (
	"crypto/sha256"
	"strings"
)

// StatusID identifies a status: "sub_" and 26 characters. Every alias of a subject gives an id, and each of these ids
// finds the status.
type StatusID string

// Status is the current state of one subject, computed from all evidence about it. Package status writes it; the API
// and status pages read it. It can be rebuilt from the log at any time.
type Status struct {
	ID       StatusID    // the status's id
	Endpoint EndpointID  // the endpoint whose deliveries report it
	Subject  string      // the subject's main alias, such as "payment/pi_1"
	Kind     SubjectKind // the kind of subject

	Level    Level    // of money: payment, order or reference
	Parent   StatusID // of a payment or order: the status that lists it. Lists of statuses leave it out
	Payments int      // of an order or reference: how many payments it lists

	State       State   // the current state
	Tone        Tone    // how to present the state
	Final       bool    // no further event is expected
	Dispute     Dispute // the state of the payment's dispute, if there is one
	Late        bool    // the payment succeeded after it had reached a final state
	NeedsReview bool    // a person should look at it: Review says why, or it went a way that payments do not go
	TooMuch     bool    // the subject has too many aliases; further aliases have statuses of their own
	Unverified  bool    // reported only by deliveries that were not verified. Not shown to the public
	Inherited   bool    // some of its evidence, or of what it lists, is; see Evidence.Inherited
	Mode        string  // test: no money was moved
	Fulfilment  State   // of an order: how much of it was shipped

	Amount   int64  // what was captured, else what is held, else what is due; in minor units of currency
	Due      int64  // what is to be paid in total; 0: unknown
	DueKnown bool   // the provider stated Due; otherwise it was derived from the payments
	Captured int64  // what was taken
	Held     int64  // what is authorized and neither captured nor released
	Refunded int64  // what was returned
	Currency string // ISO 4217 code

	Review     []Review // why a person should look
	NothingDue Cause    // why nothing is to be paid
	Cause      Cause    // why it is in this state, if the provider says so
	Method     Method   // how it is paid

	Reference string // the shop's own reference, such as an order number
	Customer  string // the customer's email address, if the provider sends it
	Title     string // a description of the subject
	URL       string // the subject's page at the provider

	Aliases []string   // all aliases of the subject
	Merged  []StatusID // ids of statuses that were merged into this one; they still find it

	Seq       Seq  // the last delivery that changed it
	CreatedAt Time // when the first known event happened
	UpdatedAt Time // when it reached the current state
}

// IsAlias reports whether it is a reference that has one member and nothing of its own to say: it is shown as that
// member, and is in no list.
func (s *Status) IsAlias() bool { return s.Level == LevelReference && s.Parent != "" }

// StatusChange is a status in the JSON form that clients get, with the delivery that last changed it. The live hub
// sends it without decoding it.
type StatusChange struct {
	Seq      Seq
	Endpoint EndpointID
	Text     []byte // JSON
}

// Step is one change of a subject's state. A status page shows the steps as its timeline.
type Step struct {
	State    State      // the new state
	At       Time       // when it happened, according to the provider
	Seq      Seq        // the delivery that caused it
	Delivery DeliveryID // the id of that delivery
	// Inherited says that the delivery is no longer kept; see Evidence.Inherited.
	Inherited bool
}

// Effect is what one event did to one subject: it changed the state, or was ignored for a reason. The dashboard lists
// the effects of a subject in the order in which the deliveries were received.
type Effect struct {
	Effect     EffectKind   // whether it counts, and if not, why
	Rule       string       // why it did not change the state, as a stable code
	From       State        // the subject's state before
	To         State        // the subject's state after
	Status     StatusID     // the status's id
	Subject    string       // the subject's main alias
	Kind       SubjectKind  // the kind of subject
	Says       EvidenceKind // what the event reports
	Type       string       // the event's type
	Event      string       // the event's unique id at the provider
	Amount     int64        // in minor units of currency
	Currency   string       // ISO 4217 code
	At         Time         // when it happened, according to the provider
	ReceivedAt Time         // when it was received
	Seq        Seq          // the delivery that contained it
	Delivery   DeliveryID   // the id of that delivery
	Inherited  bool         // that delivery is no longer kept; see Evidence.Inherited
}

// EffectKind says whether an event changed a subject's state and, if not, why.
type EffectKind string

// The effects.
const (
	EffectApplied    EffectKind = "applied"    // it counts, also if it only confirms the state
	EffectDuplicate  EffectKind = "duplicate"  // an event that was received before reports the same
	EffectLate       EffectKind = "late"       // evidence that was received before outranks it
	EffectImpossible EffectKind = "impossible" // it contradicts the other evidence; a person should look
	EffectInfo       EffectKind = "info"       // it reports nothing about the state
	EffectTooMuch    EffectKind = "too_much"   // its delivery exceeds a limit, so nothing of it counts
)

// Latency summarizes how long an endpoint's payments take from the first event to the paid state.
type Latency struct {
	P50     float64 // median, in seconds
	P90     float64 // 90th percentile, in seconds
	Samples int     // number of payments that were measured
}

// Impression records when a status page first displayed a state to a person, and how the state reached the page.
type Impression struct {
	State State  // the state that was displayed
	At    Time   // when it was first displayed
	By    string // the transport that brought it to the page
}

// Public is the part of a Status that the holder of a status link can see. Never add a field that the public must not
// see, such as the customer's email address.
type Public struct {
	Status     State       // the current state; "waiting" before anything is known
	Kind       SubjectKind // the kind of subject
	Tone       Tone        // how to present the state
	Final      bool        // no further event is expected; polling may stop
	Test       bool        // no money was moved
	Amount     int64       // what was captured, else what is held, else what is due; in minor units of currency
	Due        int64       // what is to be paid in total, if less or more than that was paid
	Refunded   int64       // what was returned
	Currency   string      // ISO 4217 code
	NothingDue Cause       // why nothing is to be paid
	Title      string      // what a page says, in the reader's language
	Note       string      // what it says below: what comes next, and what the payer can do
	PollAfter  int         // seconds after which a client that polls asks again
	Reference  string      // the shop's own reference, such as an order number
	Fulfilment State       // of an order: how much of it was shipped
	// What is known of the money; zero for subjects that are not payments. Never sent as a whole
	Summary    Summary
	StartedAt  Time         // when the first known event happened
	UpdatedAt  Time         // when it reached the current state
	Timeline   []PublicStep // the changes of state, oldest first
	TimeToPaid *Latency     // how long such payments usually take. Absent once the status is final
}

// PublicStep is one change of state, as the public sees it.
type PublicStep struct {
	Status State // the new state
	At     Time  // when it happened, according to the provider
}

// StatusFilter selects statuses for a list. The zero value selects all.
type StatusFilter struct {
	Kind     SubjectKind
	Endpoint EndpointID
	Among    *EndpointSet // only subjects of these endpoints
	State    State
	Mode     string // ModeLive, ModeTest, "" for both
	Review   Review // one of the reasons why a person should look; "any" for all of them
	Words    string // search terms: parts of an alias, the reference, the title or the email address; or an amount
}

// StatusDetail is one status with its history.
type StatusDetail struct {
	Status
	Reviewed    *Reviewed    // who looked at it, if a person did
	Members     []Status     // of an order or reference: its payments and orders, the newest first
	Accounts    []string     // at the provider that have its reference for different payments, its own first; nil: one
	Steps       []Step       // the changes of state, oldest first
	Timeline    []Effect     // what each event did, in the order in which they were received
	Impressions []Impression // when a status page first showed each state
	TimeToPaid  *Latency     // how long the endpoint's payments usually take
}

// The environments of subjects. The same alias in two environments is two subjects, so evidence from test events and
// from deliveries that were not verified never changes a live subject.
const (
	EnvironmentLive     = ""         // verified deliveries, and unsigned ones if StatusRules.Unsigned is set
	EnvironmentTest     = "test"     // deliveries that the provider marks as test
	EnvironmentUnsigned = "unsigned" // other unsigned deliveries
)

// AliasHash is the hash of one alias of a subject, within its endpoint and environment. A status projection finds a
// subject by it, and in text form it is a StatusID.
type AliasHash [16]byte

// HashAlias returns the first 128 bits of the SHA-256 of an alias with its endpoint and environment. It cannot be
// computed without the endpoint's id, which has 128 random bits, so the id of a status cannot be guessed from an order
// number.
func HashAlias(endpoint EndpointID, environment, alias string) (k AliasHash) {
	b := make([]byte, 0, 128)
	b = append(append(append(append(append(b, endpoint...), 0), environment...), 0), alias...)
	sum := sha256.Sum256(b)
	return AliasHash(sum[:16])
}

// ID returns the hash as the id of a status, as clients write it.
func (k AliasHash) ID() StatusID { return StatusID("sub_" + alphabet.EncodeToString(k[:])) }

// Key returns the hash of which AliasHash.ID made the id; ok is false for any other text.
func (id StatusID) Key() (k AliasHash, ok bool) {
	text, found := strings.CutPrefix(string(id), "sub_")
	if !found || len(text) != tailLen {
		return k, false
	}
	n, err := alphabet.Decode(k[:], []byte(text))
	return k, err == nil && n == len(k)
}
