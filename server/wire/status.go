package wire

import (
	"encoding/json"

	"hookbeam/server/hook"
)

// Status is the current state of one subject: a payment, an order, a pipeline run. It is used in responses and
// in updates of the live connection. Its JSON is also how package status stores a status: see ParseStatus.
type Status struct {
	ID       hook.StatusID    `json:"id" doc:"The status's id." example:"sub_abcdefghijklmnopqrstuvwxyz"`
	Endpoint hook.EndpointID  `json:"endpoint" doc:"The endpoint whose deliveries report it."`
	Subject  string           `json:"subject" doc:"The subject's main name." example:"payment/pi_3P"`
	Kind     hook.SubjectKind `json:"kind" enum:"payment,order,run,deployment,own" doc:"The kind of subject."`

	Level    hook.Level    `json:"level,omitempty" enum:"payment,order,reference" doc:"What the status is about. payment: one attempt to pay, identified by the provider. order: what is being paid, identified by the provider. reference: the shop's own number, which lists orders and payments. Absent for other subjects."`
	Parent   hook.StatusID `json:"parent,omitempty" doc:"The status of the order or reference that lists this one. Lists of statuses leave it out."`
	Payments int           `json:"payments,omitempty" doc:"For an order or reference: how many payments it lists."`

	State       hook.State   `json:"state" doc:"The current state. ambiguous: several customers' payments have this reference." example:"paid"`
	Tone        hook.Tone    `json:"tone" enum:"pending,active,success,warning,failure,neutral" doc:"How to present the state."`
	Final       bool         `json:"final,omitempty" doc:"No further event is expected."`
	Dispute     hook.Dispute `json:"dispute,omitempty" enum:"open,won,lost" doc:"The state of the payment's dispute, if there is one."`
	Late        bool         `json:"late,omitempty" doc:"The payment succeeded after it had reached a final state."`
	NeedsReview bool         `json:"needs_review,omitempty" doc:"A person should look at it; review says why."`
	TooMuch     bool         `json:"too_much,omitempty" doc:"Deliveries gave the subject more aliases than one status may have. Further aliases have a status of their own."`
	Unverified  bool         `json:"unverified,omitempty" doc:"Reported only by deliveries that were not verified. Not shown to the public."`
	Inherited   bool         `json:"inherited,omitempty" doc:"Some of it, or of what it lists, was taken over from the release before there were orders: those deliveries are no longer kept."`
	Mode        string       `json:"mode,omitempty" enum:"test" doc:"test: no money was moved."`
	Fulfilment  hook.State   `json:"fulfilment,omitempty" doc:"For an order: how much of it was shipped."`

	Amount   int64  `json:"amount,omitempty" doc:"What was captured, else what is held, else what is due. In minor units of currency."`
	Due      int64  `json:"due,omitempty" doc:"What is to be paid in total."`
	DueKnown bool   `json:"due_known,omitempty" doc:"The provider stated due. Otherwise it was derived from the payments."`
	Captured int64  `json:"captured,omitempty" doc:"What was taken."`
	Held     int64  `json:"held,omitempty" doc:"What is authorized and neither captured nor released."`
	Refunded int64  `json:"refunded,omitempty" doc:"What was returned."`
	Currency string `json:"currency,omitempty" doc:"ISO 4217 code." example:"EUR"`

	Review     []hook.Review `json:"review,omitempty" doc:"Why a person should look: paid_twice, overpaid, capture_failed, currencies_differ, reference_shared, too_many_payments, too_many_parts, too_many_aliases, paid_in_part or underpaid."`
	NothingDue hook.Cause    `json:"nothing_due,omitempty" enum:"trial,free,setup" doc:"Why nothing is to be paid."`
	Cause      hook.Cause    `json:"cause,omitempty" doc:"Why it is in this state, if the provider says so." example:"written_off"`
	Method     hook.Method   `json:"method,omitempty" enum:"card,bank,voucher,wallet,coins" doc:"How it is paid."`

	Reference string `json:"reference,omitempty" doc:"The shop's own reference, such as an order number." example:"10-4471"`
	Customer  string `json:"customer,omitempty" doc:"The customer's email address, if the provider sends it."`
	Title     string `json:"title,omitempty" doc:"A description of the subject."`
	URL       string `json:"url,omitempty" doc:"The subject's page at the provider."`

	Aliases []string        `json:"aliases" nullable:"false" doc:"All names of the subject."`
	Merged  []hook.StatusID `json:"merged,omitempty" doc:"Ids of statuses that were merged into this one."`

	Seq       hook.Seq  `json:"seq" doc:"The last delivery that changed it."`
	CreatedAt hook.Time `json:"created_at" format:"date-time" doc:"When the first known event happened."`
	UpdatedAt hook.Time `json:"updated_at" format:"date-time" doc:"When it reached the current state."`

	Names []string `json:"names" nullable:"false" deprecated:"true" doc:"Old name of aliases."`
}

// NewStatus returns s as clients see it. AppendStatus writes the same JSON faster.
func NewStatus(s *hook.Status) Status {
	return Status{
		ID: s.ID, Endpoint: s.Endpoint, Subject: s.Subject, Kind: s.Kind, State: s.State, Tone: s.Tone, Final: s.Final,
		Dispute: s.Dispute, Late: s.Late, NeedsReview: s.NeedsReview, TooMuch: s.TooMuch, Unverified: s.Unverified,
		Inherited: s.Inherited,
		Mode:      s.Mode, Fulfilment: s.Fulfilment,
		Level: s.Level, Parent: s.Parent, Payments: s.Payments,
		Amount: s.Amount, Due: s.Due, DueKnown: s.DueKnown, Captured: s.Captured, Held: s.Held, Refunded: s.Refunded,
		Currency: s.Currency, Review: s.Review, NothingDue: s.NothingDue, Cause: s.Cause, Method: s.Method,
		Reference: s.Reference,
		Customer:  s.Customer, Title: s.Title, URL: s.URL, Aliases: s.Aliases, Merged: s.Merged,
		Seq: s.Seq, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Names: s.Aliases,
	}
}

// Status converts s to the program's own type. It is the inverse of NewStatus.
func (s *Status) Status() hook.Status {
	return hook.Status{
		ID: s.ID, Endpoint: s.Endpoint, Subject: s.Subject, Kind: s.Kind, State: s.State, Tone: s.Tone, Final: s.Final,
		Dispute: s.Dispute, Late: s.Late, NeedsReview: s.NeedsReview, TooMuch: s.TooMuch, Unverified: s.Unverified,
		Inherited: s.Inherited,
		Mode:      s.Mode, Fulfilment: s.Fulfilment,
		Level: s.Level, Parent: s.Parent, Payments: s.Payments,
		Amount: s.Amount, Due: s.Due, DueKnown: s.DueKnown, Captured: s.Captured, Held: s.Held, Refunded: s.Refunded,
		Currency: s.Currency, Review: s.Review, NothingDue: s.NothingDue, Cause: s.Cause, Method: s.Method,
		Reference: s.Reference,
		Customer:  s.Customer, Title: s.Title, URL: s.URL, Aliases: s.Aliases, Merged: s.Merged,
		Seq: s.Seq, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}

// ParseStatus reads what AppendStatus wrote. Statuses are stored in this form, so that the live connection sends them
// without encoding them again. It also reads what earlier releases stored. The error is that of encoding/json.
func ParseStatus(text []byte) (hook.Status, error) {
	var s Status
	if err := json.Unmarshal(text, &s); err != nil {
		return hook.Status{}, err
	}
	if s.Aliases == nil { // stored by a release that only had the old name
		s.Aliases = s.Names
	}
	return s.Status(), nil
}

// AppendStatus appends the JSON of NewStatus(s) to b, byte for byte what encoding/json writes.
func AppendStatus(b []byte, s *hook.Status) []byte {
	b = AppendString(b, `{"id":`, string(s.ID))
	b = AppendString(b, `,"endpoint":`, string(s.Endpoint))
	b = AppendString(b, `,"subject":`, s.Subject)
	b = AppendString(b, `,"kind":`, string(s.Kind))
	b = AppendNonEmpty(b, `,"level":`, string(s.Level))
	b = AppendNonEmpty(b, `,"parent":`, string(s.Parent))
	b = AppendNonZero(b, `,"payments":`, int64(s.Payments))
	b = AppendString(b, `,"state":`, string(s.State))
	b = AppendString(b, `,"tone":`, string(s.Tone))
	b = AppendIfTrue(b, `,"final":`, s.Final)
	b = AppendNonEmpty(b, `,"dispute":`, string(s.Dispute))
	b = AppendIfTrue(b, `,"late":`, s.Late)
	b = AppendIfTrue(b, `,"needs_review":`, s.NeedsReview)
	b = AppendIfTrue(b, `,"too_much":`, s.TooMuch)
	b = AppendIfTrue(b, `,"unverified":`, s.Unverified)
	b = AppendIfTrue(b, `,"inherited":`, s.Inherited)
	b = AppendNonEmpty(b, `,"mode":`, s.Mode)
	b = AppendNonEmpty(b, `,"fulfilment":`, string(s.Fulfilment))
	b = AppendNonZero(b, `,"amount":`, s.Amount)
	b = AppendNonZero(b, `,"due":`, s.Due)
	b = AppendIfTrue(b, `,"due_known":`, s.DueKnown)
	b = AppendNonZero(b, `,"captured":`, s.Captured)
	b = AppendNonZero(b, `,"held":`, s.Held)
	b = AppendNonZero(b, `,"refunded":`, s.Refunded)
	b = AppendNonEmpty(b, `,"currency":`, s.Currency)
	if len(s.Review) > 0 {
		b = appendList(b, `,"review":`, s.Review)
	}
	b = AppendNonEmpty(b, `,"nothing_due":`, string(s.NothingDue))
	b = AppendNonEmpty(b, `,"cause":`, string(s.Cause))
	b = AppendNonEmpty(b, `,"method":`, string(s.Method))
	b = AppendNonEmpty(b, `,"reference":`, s.Reference)
	b = AppendNonEmpty(b, `,"customer":`, s.Customer)
	b = AppendNonEmpty(b, `,"title":`, s.Title)
	b = AppendNonEmpty(b, `,"url":`, s.URL)
	b = appendList(b, `,"aliases":`, s.Aliases)
	if len(s.Merged) > 0 {
		b = appendList(b, `,"merged":`, s.Merged)
	}
	b = AppendInt(b, `,"seq":`, int64(s.Seq))
	b = AppendTime(b, `,"created_at":`, s.CreatedAt)
	b = AppendTime(b, `,"updated_at":`, s.UpdatedAt)
	b = appendList(b, `,"names":`, s.Aliases)
	return append(b, '}')
}

// StatusList is one page of statuses: the response to GET /statuses.
type StatusList struct {
	Statuses []Status `json:"statuses" nullable:"false" doc:"Most recently changed first. A page may be shorter than limit and still have next."`
	Next     string   `json:"next,omitempty" doc:"Opaque. Pass it as before to get the next page. Absent on the last page."`
}

// NewStatuses returns a page of statuses as clients see it, never nil.
func NewStatuses(page []hook.Status) []Status {
	list := make([]Status, len(page))
	for i := range page {
		list[i] = NewStatus(&page[i])
	}
	return list
}

// StatusCounts is how many subjects are in each state, and how many need review: the response to GET /statuses/counts.
type StatusCounts struct {
	Counts map[hook.State]int `json:"counts" doc:"By state. States without subjects are left out." example:"{\"paid\":12}"`
	Review ReviewCounts       `json:"review" doc:"Those that need review."`
}

// ReviewCounts is how many subjects need review.
type ReviewCounts struct {
	Total   int                 `json:"total" doc:"All of them."`
	Reasons map[hook.Review]int `json:"reasons" doc:"By reason. A subject counts for each of its reasons. Reasons without subjects are left out." example:"{\"paid_twice\":2}"`
}

// NewStatusCounts returns c as clients see it.
func NewStatusCounts(c *hook.StatusCounts) StatusCounts {
	return StatusCounts{Counts: c.States, Review: ReviewCounts{Total: c.Reviews.Total, Reasons: c.Reviews.Reasons}}
}

// StatusDetail is one status with its history: the response to GET /statuses/{id}.
type StatusDetail struct {
	Status
	Reviewed    *Reviewed    `json:"reviewed,omitempty" doc:"Who looked at it, if a person did."`
	Members     []Status     `json:"members,omitempty" doc:"For an order or reference: the payments and orders that it lists, most recently changed first."`
	Accounts    []string     `json:"accounts,omitempty" doc:"The accounts at the provider that have its reference, if several have it for different payments; its own come first. A status link by the reference has to name one of them: see account in POST /status-links." example:"[\"acct_1\",\"acct_2\"]"`
	Steps       []StatusStep `json:"steps" nullable:"false" doc:"The changes of state, oldest first."`
	Timeline    []Effect     `json:"timeline" nullable:"false" doc:"What each event did, in the order in which they were received."`
	Impressions []Impression `json:"impressions" nullable:"false" doc:"When a status page first showed each state."`
	TimeToPaid  *Latency     `json:"time_to_paid,omitempty" doc:"How long the endpoint's payments usually take."`

	Shown   []Impression `json:"shown" nullable:"false" deprecated:"true" doc:"Old name of impressions."`
	Usually *Usually     `json:"usually,omitempty" deprecated:"true" doc:"Old name of time_to_paid."`
}

// NewStatusDetail returns d as clients see it, including the deprecated names.
func NewStatusDetail(d *hook.StatusDetail) StatusDetail {
	v := StatusDetail{
		Status:      NewStatus(&d.Status),
		Steps:       make([]StatusStep, len(d.Steps)),
		Timeline:    NewEffects(d.Timeline),
		Impressions: make([]Impression, len(d.Impressions)),
		TimeToPaid:  newLatency(d.TimeToPaid),
		Usually:     newUsually(d.TimeToPaid),
	}
	v.Accounts = d.Accounts
	if r := d.Reviewed; r != nil {
		v.Reviewed = &Reviewed{Review: r.Review, At: r.At, By: r.By, Note: r.Note}
	}
	if len(d.Members) > 0 {
		v.Members = NewStatuses(d.Members)
	}
	for i, s := range d.Steps {
		v.Steps[i] = StatusStep(s)
	}
	for i, s := range d.Impressions {
		v.Impressions[i] = Impression(s)
	}
	v.Shown = v.Impressions
	return v
}

// Reviewed says that a person looked at a payment or order.
type Reviewed struct {
	Review []hook.Review `json:"review" nullable:"false" doc:"The reasons for which it was looked at. Other reasons that come later need another look."`
	At     hook.Time     `json:"at" format:"date-time" doc:"When they did."`
	By     string        `json:"by" doc:"Who did." example:"local"`
	Note   string        `json:"note,omitempty" doc:"What they found."`
}

// StatusStep is one change of state.
type StatusStep struct {
	State     hook.State      `json:"state" doc:"The new state."`
	At        hook.Time       `json:"at" format:"date-time" doc:"When it happened, according to the provider."`
	Seq       hook.Seq        `json:"seq" doc:"The delivery that caused it."`
	Delivery  hook.DeliveryID `json:"delivery,omitempty" doc:"The id of that delivery."`
	Inherited bool            `json:"inherited,omitempty" doc:"It was taken over from the release before there were orders: the delivery is no longer kept."`
}

// Effect is what one event did to one subject. The effects of a status are its timeline; those of a delivery
// say what the delivery did.
type Effect struct {
	Effect     hook.EffectKind   `json:"effect" enum:"applied,duplicate,late,impossible,info,too_much" doc:"applied: it counts. duplicate: it was reported before. late: a later or more important event was already known. impossible: it counts, and a person should look. info: it does not change the state. too_much: reading the delivery would exceed the limit for one delivery, so nothing in it counts, and status and subject are empty."`
	Rule       string            `json:"rule,omitempty" doc:"Why it did not change the state, as a stable code." example:"money_outranks"`
	From       hook.State        `json:"from,omitempty" doc:"The subject's state before."`
	To         hook.State        `json:"to,omitempty" doc:"The subject's state after."`
	Status     hook.StatusID     `json:"status" doc:"The status's id."`
	Subject    string            `json:"subject" doc:"The subject's main name."`
	Kind       hook.SubjectKind  `json:"kind" doc:"The kind of subject."`
	Evidence   hook.EvidenceKind `json:"evidence" doc:"What the event reports." example:"captured"`
	Type       string            `json:"type,omitempty" doc:"The event's type."`
	Event      string            `json:"event" doc:"The event's unique id at the provider."`
	Amount     int64             `json:"amount,omitempty" doc:"In minor units of currency."`
	Currency   string            `json:"currency,omitempty" doc:"ISO 4217 code."`
	At         hook.Time         `json:"at" format:"date-time" doc:"When it happened, according to the provider."`
	ReceivedAt hook.Time         `json:"received_at" format:"date-time" doc:"When it was received."`
	Seq        hook.Seq          `json:"seq" doc:"The delivery that contained it."`
	Delivery   hook.DeliveryID   `json:"delivery,omitempty" doc:"The id of that delivery."`
	Inherited  bool              `json:"inherited,omitempty" doc:"It was taken over from the release before there were orders: the delivery is no longer kept."`

	Says hook.EvidenceKind `json:"says" deprecated:"true" doc:"Old name of evidence."`
}

// NewEffects returns effects as clients see them, never nil.
func NewEffects(effects []hook.Effect) []Effect {
	list := make([]Effect, len(effects))
	for i, e := range effects {
		list[i] = Effect{
			Effect: e.Effect, Rule: e.Rule, From: e.From, To: e.To, Status: e.Status, Subject: e.Subject, Kind: e.Kind,
			Evidence: e.Says, Type: e.Type, Event: PlainText(e.Event), Amount: e.Amount, Currency: e.Currency, At: e.At,
			ReceivedAt: e.ReceivedAt, Seq: e.Seq, Delivery: e.Delivery, Inherited: e.Inherited,
			Says: e.Says,
		}
	}
	return list
}

// Latency is how long an endpoint's payments took from their first event until they were reported as paid.
type Latency struct {
	P50     float64 `json:"p50" doc:"Median, in seconds."`
	P90     float64 `json:"p90" doc:"90th percentile, in seconds."`
	Samples int     `json:"samples" doc:"Number of payments that were measured."`
}

// Usually is the old form of Latency.
type Usually struct {
	Half float64 `json:"half" doc:"Old name of p50."`
	Most float64 `json:"most" doc:"Old name of p90."`
	Of   int     `json:"of" doc:"Old name of samples."`
}

func newLatency(u *hook.Latency) *Latency {
	if u == nil {
		return nil
	}
	return &Latency{P50: u.P50, P90: u.P90, Samples: u.Samples}
}

func newUsually(u *hook.Latency) *Usually {
	if u == nil {
		return nil
	}
	return &Usually{Half: u.P50, Most: u.P90, Of: u.Samples}
}

// Impression is when a status page first showed a state to somebody.
type Impression struct {
	State hook.State `json:"state" doc:"The state that was shown."`
	At    hook.Time  `json:"at" format:"date-time" doc:"When it was first shown."`
	By    string     `json:"by" enum:"page,poll,socket" doc:"How it reached the page."`
}

// PublicStatus is what a status link shows, to anyone who has the link. A field that is added here is public:
// it must not contain the customer's address, ids of the provider, or what the endpoint's settings hide.
type PublicStatus struct {
	Status     hook.State         `json:"status" example:"paid" doc:"The current state; \"waiting\" before the first event, \"ambiguous\" if the reference of the link belongs to several payments."`
	Title      string             `json:"title,omitempty" example:"Payment received" doc:"What to show to the payer, in the language of the request."`
	Note       string             `json:"note,omitempty" doc:"What to show below the title: what happens next, and what the payer can do."`
	Kind       hook.SubjectKind   `json:"kind,omitempty" enum:"payment,order,run,deployment,own" doc:"The kind of subject."`
	Tone       hook.Tone          `json:"tone,omitempty" enum:"pending,active,success,warning,failure,neutral" doc:"How to present the state."`
	Final      bool               `json:"final" doc:"Nothing more is expected. Something may still follow, such as a refund."`
	PollAfter  int                `json:"poll_after,omitempty" doc:"Seconds after which a client that polls should ask again."`
	Test       bool               `json:"test,omitempty" doc:"No money was moved."`
	Amount     int64              `json:"amount,omitempty" doc:"What was captured, else what is held, else what is due. In minor units of currency."`
	Due        int64              `json:"due,omitempty" doc:"What is to be paid in total, if less or more than that was paid."`
	Refunded   int64              `json:"refunded,omitempty" doc:"What was returned."`
	NothingDue hook.Cause         `json:"nothing_due,omitempty" enum:"trial,free,setup" doc:"Why nothing is to be paid."`
	Currency   string             `json:"currency,omitempty" doc:"ISO 4217 code."`
	Reference  string             `json:"reference,omitempty" doc:"The shop's own reference, such as an order number."`
	Fulfilment hook.State         `json:"fulfilment,omitempty" doc:"For an order: how much of it was shipped."`
	StartedAt  hook.Time          `json:"started_at,omitzero" format:"date-time" doc:"When the first known event happened."`
	UpdatedAt  hook.Time          `json:"updated_at,omitzero" format:"date-time" doc:"When it reached the current state."`
	Timeline   []PublicStatusStep `json:"timeline,omitempty" doc:"The changes of state, oldest first."`
	TimeToPaid *Latency           `json:"time_to_paid,omitempty" doc:"How long such payments usually take. Absent once the status is final."`

	Usually *Usually `json:"usually,omitempty" deprecated:"true" doc:"Old name of time_to_paid."`
}

// PublicStatusStep is one change of state, as a status link shows it.
type PublicStatusStep struct {
	Status hook.State `json:"status" doc:"The new state."`
	At     hook.Time  `json:"at" format:"date-time" doc:"When it happened, according to the provider."`
}

// NewPublicStatus returns p as the holder of a status link sees it.
func NewPublicStatus(p *hook.Public) PublicStatus {
	v := PublicStatus{
		Status: p.Status, Kind: p.Kind, Tone: p.Tone, Final: p.Final, Test: p.Test,
		Title: p.Title, Note: p.Note, PollAfter: p.PollAfter, Due: p.Due, NothingDue: p.NothingDue,
		Amount: p.Amount, Refunded: p.Refunded, Currency: p.Currency, Reference: p.Reference,
		Fulfilment: p.Fulfilment, StartedAt: p.StartedAt, UpdatedAt: p.UpdatedAt,
		TimeToPaid: newLatency(p.TimeToPaid), Usually: newUsually(p.TimeToPaid),
	}
	for _, s := range p.Timeline {
		v.Timeline = append(v.Timeline, PublicStatusStep(s))
	}
	return v
}
