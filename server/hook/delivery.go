package hook

import "time"

// Verdict is what the checks said of a delivery.
type Verdict string

// The verdicts. Only verified deliveries claim event ids and move statuses.
const (
	Verified Verdict = "verified" // genuine: a secret of the endpoint matched
	Unsigned Verdict = "unsigned" // nothing was checked, because the endpoint has nothing to check with
	Rejected Verdict = "rejected" // the check failed; kept with its reason, never acted on
)

// Known reports whether v is one of the verdicts.
func (v Verdict) Known() bool { return v == Verified || v == Unsigned || v == Rejected }

// Delivery is what a list or a frame tells of one HTTP request: all but its headers and body.
type Delivery struct {
	ID       DeliveryID `json:"id" doc:"Names the delivery." example:"dlv_10jabcdefghijklmnopqrstuvwxyz2"`
	Seq      Seq        `json:"seq" doc:"Place in the log."`
	Endpoint EndpointID `json:"endpoint" doc:"The endpoint that received it."`
	Method   string     `json:"method" doc:"HTTP method as received." example:"POST"`
	Path     string     `json:"path" doc:"Path after the endpoint's address, escaped as received; \"/\" where there is none."`
	Query    string     `json:"query,omitempty" doc:"Raw query string, without the question mark."`
	Type     string     `json:"type,omitempty" doc:"The event's type, where the provider names one."`
	Event    string     `json:"event,omitempty" doc:"The event's unique id at the provider, where it names one."`

	ContentType string  `json:"content_type,omitempty" doc:"Content-Type as received."`
	Size        int64   `json:"size" doc:"Length of the body in bytes."`
	Verdict     Verdict `json:"verdict" enum:"verified,unsigned,rejected" doc:"What the checks said."`
	Reason      Reason  `json:"reason,omitempty" doc:"Stable code of why it was rejected, or what was noticed."`
	Secret      string  `json:"secret,omitempty" doc:"Label of the secret that matched."`
	DuplicateOf Seq     `json:"duplicate_of,omitempty" doc:"Seq of the first delivery of the same event."`
	Try         int     `json:"try,omitempty" doc:"Which try of its event this is, from the second on."`
	ReleaseOf   Seq     `json:"release_of,omitempty" doc:"Seq of the rejected delivery that this one is, after it verified with a later secret."`

	OccurredAt Time   `json:"occurred_at,omitzero" format:"date-time" doc:"When the event happened, as the provider says."`
	Account    string `json:"account,omitempty" doc:"Whose event it is at the provider, where it says."`
	Mode       string `json:"mode,omitempty" enum:"live,test" doc:"Whether the provider calls the event real or a test."`
	Events     int    `json:"events,omitempty" doc:"How many events are in the body, where there are several."`

	ReceivedAt Time `json:"received_at" format:"date-time" doc:"When its headers had arrived."`
}

// Header is one header line: a canonical name and a value exactly as received.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is the rest of what was received, byte for byte.
type Request struct {
	Host    string        // as the sender wrote it
	Proto   string        // "HTTP/1.1"
	Remote  string        // the caller's address, without port
	Took    time.Duration // from the headers to the last byte of the body
	Headers []Header      // every value; names sorted, the values of one name in the order received
	Body    []byte
}

// Record is one delivery, whole.
type Record struct {
	Delivery
	Request
	Check Check
	Batch []Event // what is in the body where it has several events; not kept, but their ids are claimed

	Integrity Integrity // of what was read from the log; "" before that
}

// Integrity says whether what is stored of a delivery is what was received.
type Integrity string

// The answers. What is damaged is shown as such and never acted on.
const (
	IntegrityOK      Integrity = "ok"      // its checksum matches
	IntegrityUnknown Integrity = "unknown" // it was stored before there were checksums
	IntegrityDamaged Integrity = "damaged"
)

// Event is what a provider says of one of its events. All but the type may be missing.
type Event struct {
	ID         string
	Type       string
	OccurredAt Time
	Account    string
	Mode       string // ModeLive, ModeTest or ""
}

// SampleHeader marks what no sender sent but a sample of it: it is signed like the real thing, and moves no money.
const SampleHeader = "Hookbeam-Sample"

// The modes of an event.
const (
	ModeLive = "live"
	ModeTest = "test"
)

// Filter chooses deliveries. Its zero value lets everything through.
type Filter struct {
	Endpoint EndpointID
	Verdict  Verdict
	Method   string
}

// Match reports whether the filter lets d through.
func (f Filter) Match(d *Delivery) bool {
	return (f.Endpoint == "" || f.Endpoint == d.Endpoint) &&
		(f.Verdict == "" || f.Verdict == d.Verdict) &&
		(f.Method == "" || f.Method == d.Method)
}

// Header returns the first value of the header with this canonical name, "" where it was not sent.
func (r *Record) Header(name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}
