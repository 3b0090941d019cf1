package wire

import (
	"hookbeam/server/hook"
)

// Delivery is one received request without its headers and body, as in lists and frames.
type Delivery struct {
	ID       hook.DeliveryID `json:"id" doc:"The delivery's id." example:"dlv_10jabcdefghijklmnopqrstuvwxyz2"`
	Seq      hook.Seq        `json:"seq" doc:"The delivery's position in the log."`
	Endpoint hook.EndpointID `json:"endpoint" doc:"The endpoint that received it."`
	Method   string          `json:"method" doc:"HTTP method as received." example:"POST"`
	Path     string          `json:"path" doc:"Path after the endpoint's URL, escaped as received; \"/\" if there is none."`
	Query    string          `json:"query,omitempty" doc:"Raw query string without the question mark."`
	Type     string          `json:"type,omitempty" doc:"The event's type, if the provider names one."`
	Event    string          `json:"event,omitempty" doc:"The event's unique id at the provider, if it has one."`

	ContentType string       `json:"content_type,omitempty" doc:"Content-Type as received."`
	Size        int64        `json:"size" doc:"Length of the body in bytes."`
	Verdict     hook.Verdict `json:"verdict" enum:"verified,unsigned,rejected" doc:"The result of verification."`
	Reason      hook.Reason  `json:"reason,omitempty" doc:"Why the delivery was rejected, or what was noticed about it."`
	Secret      string       `json:"secret,omitempty" doc:"Label of the secret that matched."`
	DuplicateOf hook.Seq     `json:"duplicate_of,omitempty" doc:"Seq of the first delivery of the same event."`
	Redelivery  int          `json:"redelivery,omitempty" doc:"Which redelivery of its event this is, counted from 1. Absent on the first delivery."`
	ReleaseOf   hook.Seq     `json:"release_of,omitempty" doc:"Seq of the rejected delivery that was released as this one after it verified with a later secret."`

	OccurredAt hook.Time `json:"occurred_at,omitzero" format:"date-time" doc:"When the event happened, according to the provider."`
	Account    string    `json:"account,omitempty" doc:"The account at the provider that the event belongs to, if it names one."`
	Mode       string    `json:"mode,omitempty" enum:"live,test" doc:"Whether the provider marks the event as live or test."`
	Events     int       `json:"events,omitempty" doc:"Number of events in the body, if there are several."`

	ReceivedAt hook.Time `json:"received_at" format:"date-time" doc:"When the request's headers had arrived."`

	Try int `json:"try,omitempty" deprecated:"true" doc:"Old form of redelivery, counted from 2."`
}

// NewDelivery returns d as clients see it.
func NewDelivery(d *hook.Delivery) Delivery {
	return Delivery{
		ID: d.ID, Seq: d.Seq, Endpoint: d.Endpoint, Method: d.Method, Path: d.Path, Query: d.Query, Type: d.Type, Event: d.Event,
		ContentType: d.ContentType, Size: d.Size, Verdict: d.Verdict, Reason: d.Reason, Secret: d.Secret,
		DuplicateOf: d.DuplicateOf, Redelivery: redelivery(d), ReleaseOf: d.ReleaseOf,
		OccurredAt: d.OccurredAt, Account: d.Account, Mode: d.Mode, Events: d.Events, ReceivedAt: d.ReceivedAt,
		Try: d.Occurrence,
	}
}

// NewDeliveries returns a page of deliveries as clients see it, never nil.
func NewDeliveries(page []hook.Delivery) []Delivery {
	list := make([]Delivery, len(page))
	for i := range page {
		list[i] = NewDelivery(&page[i])
	}
	return list
}

// redelivery counts from 1, hook.Delivery.Try from 2.
func redelivery(d *hook.Delivery) int { return max(d.Occurrence-1, 0) }

// AppendDelivery appends the JSON of NewDelivery(d) to b.
func AppendDelivery(b []byte, d *hook.Delivery) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, d.ID...)
	b = AppendInt(b, `","seq":`, int64(d.Seq))
	b = AppendString(b, `,"endpoint":`, string(d.Endpoint))
	b = AppendString(b, `,"method":`, d.Method)
	b = AppendString(b, `,"path":`, d.Path)
	b = AppendNonEmpty(b, `,"query":`, d.Query)
	b = AppendNonEmpty(b, `,"type":`, d.Type)
	b = AppendNonEmpty(b, `,"event":`, d.Event)
	b = AppendNonEmpty(b, `,"content_type":`, d.ContentType)
	b = AppendInt(b, `,"size":`, d.Size)
	b = AppendString(b, `,"verdict":`, string(d.Verdict))
	b = AppendNonEmpty(b, `,"reason":`, string(d.Reason))
	b = AppendNonEmpty(b, `,"secret":`, d.Secret)
	b = AppendNonZero(b, `,"duplicate_of":`, int64(d.DuplicateOf))
	b = AppendNonZero(b, `,"redelivery":`, int64(redelivery(d)))
	b = AppendNonZero(b, `,"release_of":`, int64(d.ReleaseOf))
	if !d.OccurredAt.IsZero() {
		b = AppendTime(b, `,"occurred_at":`, d.OccurredAt)
	}
	b = AppendNonEmpty(b, `,"account":`, d.Account)
	b = AppendNonEmpty(b, `,"mode":`, d.Mode)
	b = AppendNonZero(b, `,"events":`, int64(d.Events))
	b = AppendTime(b, `,"received_at":`, d.ReceivedAt)
	b = AppendNonZero(b, `,"try":`, int64(d.Occurrence))
	return append(b, '}')
}

// DeliveryList is one page of deliveries.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries" nullable:"false" doc:"Newest first. A page may be shorter than limit and still have next."`
	Next       string     `json:"next,omitempty" doc:"Opaque. Pass it as before to get the next page. Absent on the last page."`
	Cursor     string     `json:"cursor" doc:"The log's cursor when the page was read. Frames after it neither miss nor repeat a delivery."`
}

// DeliveryDetail is one delivery with everything except its body.
type DeliveryDetail struct {
	Delivery
	Host      string         `json:"host" doc:"Host as the sender wrote it."`
	Proto     string         `json:"proto" example:"HTTP/1.1" doc:"HTTP version."`
	Remote    string         `json:"remote" doc:"The sender's IP address."`
	TookUS    int64          `json:"took_us" doc:"Microseconds from the headers to the last byte of the body."`
	Headers   []Header       `json:"headers" nullable:"false" doc:"Every header value. Names are sorted; the values of one name are in the order received."`
	Check     *Verification  `json:"check,omitempty" doc:"How the delivery was verified. Absent if it was not."`
	Batch     []BatchEvent   `json:"batch,omitempty" doc:"The events in the body, if there are several."`
	Integrity hook.Integrity `json:"integrity" enum:"ok,unknown,damaged" doc:"Whether the stored record still matches its checksum. unknown: it was stored before records had checksums. A damaged delivery cannot be relied on and has no effect."`
	Effects   []Effect       `json:"effects" nullable:"false" doc:"What the delivery did to the statuses of the subjects it is about."`
}

// NewDeliveryDetail returns r as clients see it, without its batch and effects.
func NewDeliveryDetail(r *hook.Record) DeliveryDetail {
	d := DeliveryDetail{
		Delivery: NewDelivery(
			&r.Delivery,
		), Host: r.Host, Proto: r.Proto, Remote: r.Remote, TookUS: r.Took.Microseconds(),
		Headers: make([]Header, len(r.Headers)), Integrity: r.Integrity, Effects: []Effect{},
	}
	for i, h := range r.Headers {
		d.Headers[i] = Header(h)
	}
	if r.Check.Scheme != "" {
		d.Check = newVerification(r.Check)
	}
	return d
}

// Header is one header line.
type Header struct {
	Name  string `json:"name" doc:"Canonical name." example:"Stripe-Signature"`
	Value string `json:"value" doc:"The value exactly as received."`
}

// Verification says how a delivery was verified when it was received.
type Verification struct {
	Scheme   string      `json:"scheme" example:"hmac-sha256" doc:"The signature scheme."`
	Covers   hook.Covers `json:"covers" enum:"body,fields,time,nothing" doc:"What the signature protects from being changed."`
	Strength string      `json:"strength" enum:"signed body,signed fields,signed time,shared token,secret in the address" doc:"What the scheme is worth, from strongest to weakest."`
	SkewMS   *int64      `json:"skew_ms,omitempty" doc:"Milliseconds between signing and receiving; negative if the signature's timestamp was in the future. Absent if no timestamp is signed."`
}

func newVerification(c hook.Check) *Verification {
	v := &Verification{Scheme: c.Scheme, Covers: c.Covers, Strength: c.Strength()}
	if c.Dated {
		skew := c.Skew.Milliseconds()
		v.SkewMS = &skew
	}
	return v
}

// BatchEvent is one of several events in a body.
type BatchEvent struct {
	Event       string    `json:"event,omitempty" doc:"The event's unique id at the provider."`
	Type        string    `json:"type,omitempty" doc:"The event's type."`
	OccurredAt  hook.Time `json:"occurred_at,omitzero" format:"date-time" doc:"When the event happened, according to the provider."`
	Account     string    `json:"account,omitempty" doc:"The account at the provider that the event belongs to."`
	Mode        string    `json:"mode,omitempty" enum:"live,test" doc:"Whether the provider marks the event as live or test."`
	DuplicateOf hook.Seq  `json:"duplicate_of,omitempty" doc:"Seq of the delivery that contained the event first."`
}

// Redelivery is one delivery of an event, compared with the first that is kept.
type Redelivery struct {
	Delivery
	Integrity hook.Integrity `json:"integrity,omitempty" enum:"damaged" doc:"damaged: the stored record does not match its checksum, so it was not compared."`
	Differs   []string       `json:"differs" nullable:"false" doc:"What differs from the first delivery: \"body\", and the names of headers."`
}

// RedeliveryList is every kept delivery of one event.
type RedeliveryList struct {
	Redeliveries []Redelivery `json:"redeliveries" nullable:"false" doc:"Oldest first, at most 100. The first is the original delivery."`
	Tries        []Redelivery `json:"tries" nullable:"false" deprecated:"true" doc:"Old name of redeliveries."`
}

// StoredDelivery is the answer to a request that was stored.
type StoredDelivery struct {
	ID          hook.DeliveryID `json:"id" doc:"The delivery's id."`
	Seq         hook.Seq        `json:"seq,omitempty" doc:"The delivery's position in the log. Absent if the log has not assigned one yet."`
	DuplicateOf hook.Seq        `json:"duplicate_of,omitempty" doc:"Seq of the first delivery of the same event."`
}

// Append appends the JSON of s to b.
func (s StoredDelivery) Append(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, s.ID...)
	b = append(b, '"')
	b = AppendNonZero(b, `,"seq":`, int64(s.Seq))
	b = AppendNonZero(b, `,"duplicate_of":`, int64(s.DuplicateOf))
	return append(b, '}')
}

// ReverifyResult is the result of verifying an endpoint's rejected deliveries again.
type ReverifyResult struct {
	Examined int `json:"examined" doc:"Rejected deliveries that were verified again."`
	Verified int `json:"verified" doc:"Those that verify with the endpoint's current secrets."`
	Released int `json:"released" doc:"Those that were appended to the log as verified deliveries; 0 unless release was set."`
}
