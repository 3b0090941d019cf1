package hook

import (
	"crypto/sha256"
	"strings"
)

// StatusID names a status: "sub_" and 26 characters. Every name of a subject makes one, and any of them finds it.
type StatusID string

// Status is where a subject stands now.
type Status struct {
	ID       StatusID    `json:"id" doc:"Names the status." example:"sub_abcdefghijklmnopqrstuvwxyz"`
	Endpoint EndpointID  `json:"endpoint" doc:"The endpoint whose deliveries tell of it."`
	Subject  string      `json:"subject" doc:"The name that it is shown under." example:"payment/pi_3P"`
	Kind     SubjectKind `json:"kind" enum:"payment,order,run,deployment,own" doc:"What sort of thing it is."`

	State       State   `json:"state" doc:"Where it stands." example:"paid"`
	Tone        Tone    `json:"tone" enum:"pending,active,success,warning,failure,neutral" doc:"How the state feels."`
	Final       bool    `json:"final,omitempty" doc:"Nothing is expected to follow."`
	Dispute     Dispute `json:"dispute,omitempty" enum:"open,won,lost" doc:"How its dispute stands, where there is one."`
	Late        bool    `json:"late,omitempty" doc:"Paid after it had looked final."`
	NeedsReview bool    `json:"needs_review,omitempty" doc:"It went a way that payments do not go: a person should look."`
	TooMuch     bool    `json:"too_much,omitempty" doc:"Deliveries gave it more names than one status may have: what else they name stands by itself."`
	Unverified  bool    `json:"unverified,omitempty" doc:"Told by deliveries that nothing was checked of; the public does not see it."`
	Mode        string  `json:"mode,omitempty" enum:"test" doc:"test: no money moved."`
	Fulfilment  State   `json:"fulfilment,omitempty" doc:"Of an order: how much of it was sent."`

	Amount   int64  `json:"amount,omitempty" doc:"In minor units of currency."`
	Refunded int64  `json:"refunded,omitempty" doc:"What of the amount went back."`
	Currency string `json:"currency,omitempty" doc:"ISO 4217." example:"EUR"`

	Reference string `json:"reference,omitempty" doc:"The shop's own name of it." example:"10-4471"`
	Customer  string `json:"customer,omitempty" doc:"The customer's mail address, where the provider tells."`
	Title     string `json:"title,omitempty" doc:"What it is, in words."`
	URL       string `json:"url,omitempty" doc:"Where the provider shows it."`

	Names  []string   `json:"names" nullable:"false" doc:"All its names."`
	Merged []StatusID `json:"merged,omitempty" doc:"Ids that it was shown under before they turned out to be one."`

	Seq       Seq  `json:"seq" doc:"The delivery that last counted for it."`
	CreatedAt Time `json:"created_at" format:"date-time" doc:"When the first thing happened that is known of it."`
	UpdatedAt Time `json:"updated_at" format:"date-time" doc:"When it came to stand there."`
}

// StatusChange is a status as it is now, written as clients are told, and the delivery that last counted for it.
type StatusChange struct {
	Seq      Seq
	Endpoint EndpointID
	Text     []byte // JSON
}

// Step is one change of state.
type Step struct {
	State    State      `json:"state"`
	At       Time       `json:"at" format:"date-time" doc:"When it happened, as the provider says."`
	Seq      Seq        `json:"seq" doc:"The delivery that brought what caused it."`
	Delivery DeliveryID `json:"delivery,omitempty"`
}

// Effect is what one event did to one subject, in the order in which deliveries came.
type Effect struct {
	Effect     EffectKind  `json:"effect" enum:"applied,duplicate,late,impossible,info,too_much" doc:"applied: it counts; duplicate: it was told before; late: something that outranks it was known; impossible: it counts, and a person should look; info: it moves nothing; too_much: to read what the delivery tells would cost more than one delivery may, so nothing of it counts, and status and subject are empty."`
	Rule       string      `json:"rule,omitempty" doc:"Stable code of why it moved nothing." example:"money_outranks"`
	From       State       `json:"from,omitempty" doc:"Where the subject stood before."`
	To         State       `json:"to,omitempty" doc:"Where it stood after."`
	Status     StatusID    `json:"status"`
	Subject    string      `json:"subject"`
	Kind       SubjectKind `json:"kind"`
	Says       Kind        `json:"says" doc:"What the event said." example:"captured"`
	Type       string      `json:"type,omitempty"`
	Event      string      `json:"event"`
	Amount     int64       `json:"amount,omitempty"`
	Currency   string      `json:"currency,omitempty"`
	At         Time        `json:"at" format:"date-time"`
	ReceivedAt Time        `json:"received_at" format:"date-time"`
	Seq        Seq         `json:"seq"`
	Delivery   DeliveryID  `json:"delivery,omitempty"`
}

// EffectKind is what became of an event.
type EffectKind string

// The effects.
const (
	EffectApplied    EffectKind = "applied"
	EffectDuplicate  EffectKind = "duplicate"
	EffectLate       EffectKind = "late"
	EffectImpossible EffectKind = "impossible"
	EffectInfo       EffectKind = "info"
	EffectTooMuch    EffectKind = "too_much"
)

// Usually is how long an endpoint's payments took, from their first event to being told of as paid.
type Usually struct {
	Half float64 `json:"half" doc:"Half of them took no longer, in seconds."`
	Most float64 `json:"most" doc:"Nine in ten took no longer, in seconds."`
	Of   int     `json:"of" doc:"How many were looked at."`
}

// Shown is when a page first showed a state to somebody.
type Shown struct {
	State State  `json:"state"`
	At    Time   `json:"at" format:"date-time"`
	By    string `json:"by" enum:"page,poll,socket" doc:"How it came there."`
}

// Public is what a status link lets one person see, and nothing else.
type Public struct {
	Status     State        `json:"status" example:"paid" doc:"Where it stands; \"waiting\" before anything is known."`
	Kind       SubjectKind  `json:"kind,omitempty" enum:"payment,order,run,deployment,own"`
	Tone       Tone         `json:"tone,omitempty" enum:"pending,active,success,warning,failure,neutral"`
	Final      bool         `json:"final" doc:"Nothing is expected to follow: polling may stop."`
	Test       bool         `json:"test,omitempty" doc:"No money moved."`
	Amount     int64        `json:"amount,omitempty" doc:"In minor units of currency."`
	Refunded   int64        `json:"refunded,omitempty"`
	Currency   string       `json:"currency,omitempty"`
	Reference  string       `json:"reference,omitempty"`
	Fulfilment State        `json:"fulfilment,omitempty"`
	StartedAt  Time         `json:"started_at,omitzero" format:"date-time"`
	UpdatedAt  Time         `json:"updated_at,omitzero" format:"date-time"`
	Timeline   []PublicStep `json:"timeline,omitempty"`
	Usually    *Usually     `json:"usually,omitempty" doc:"How long such payments usually take; only while it is not final."`
}

// PublicStep is one change of state, as the public sees it.
type PublicStep struct {
	Status State `json:"status"`
	At     Time  `json:"at" format:"date-time"`
}

// StatusFilter chooses statuses. Its zero value lets everything through.
type StatusFilter struct {
	Kind     SubjectKind
	Endpoint EndpointID
	State    State
	Mode     string // ModeLive, ModeTest, "" for both
	Words    string // one of its names, its reference, its amount, or a part of the customer's mail address
}

// StatusDetail is one status with how it came there.
type StatusDetail struct {
	Status
	Steps    []Step   `json:"steps" nullable:"false" doc:"How it came there, oldest first."`
	Timeline []Effect `json:"timeline" nullable:"false" doc:"What each event did, in the order in which they came."`
	Shown    []Shown  `json:"shown" nullable:"false" doc:"When a page first showed each state."`
	Usually  *Usually `json:"usually,omitempty" doc:"How long the endpoint's payments usually take."`
}

// The worlds of subjects: what is told in one says nothing of another.
const (
	WorldLive     = ""
	WorldTest     = "test"
	WorldUnsigned = "unsigned"
)

// NameKey stands for one name of a subject, within its endpoint and world.
type NameKey [16]byte

// KeyOf returns the key of a name. Whoever does not know the endpoint's id, 128 random bits, cannot make it.
func KeyOf(endpoint EndpointID, world, name string) (k NameKey) {
	b := make([]byte, 0, 128)
	b = append(append(append(append(append(b, endpoint...), 0), world...), 0), name...)
	sum := sha256.Sum256(b)
	return NameKey(sum[:16])
}

// ID is the key as clients write it.
func (k NameKey) ID() StatusID { return StatusID("sub_" + alphabet.EncodeToString(k[:])) }

// Key reads what NameKey.ID wrote; ok is false for anything else.
func (id StatusID) Key() (k NameKey, ok bool) {
	text, found := strings.CutPrefix(string(id), "sub_")
	if !found || len(text) != tailLen {
		return k, false
	}
	n, err := alphabet.Decode(k[:], []byte(text))
	return k, err == nil && n == len(k)
}
