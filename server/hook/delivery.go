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
	ID       DeliveryID // the delivery's id
	Seq      Seq        // the delivery's position in the log
	Endpoint EndpointID // the endpoint that received it
	Method   string     // HTTP method as received
	Path     string     // path after the endpoint's URL, escaped as received; "/" if there is none
	Query    string     // raw query string without the question mark
	Type     string     // the event's type, if the provider names one
	Event    string     // the event's unique id at the provider, if it has one

	ContentType string  // Content-Type as received
	Size        int64   // length of the body in bytes
	Verdict     Verdict // the result of verification
	Reason      Reason  // why the delivery was rejected, or what was noticed about it
	Secret      string  // label of the secret that matched
	DuplicateOf Seq     // seq of the first delivery of the same event
	Occurrence  int     // which delivery of its event this is, from the second on; 0 for the first
	ReleaseOf   Seq     // seq of the rejected delivery that was released as this one after it verified with a later secret

	OccurredAt Time   // when the event happened, according to the provider
	Account    string // the account at the provider that the event belongs to, if it names one
	Mode       string // whether the provider marks the event as live or test
	Events     int    // number of events in the body, if there are several

	ReceivedAt Time // when the request's headers had arrived
}

// Header is one header line: a canonical name and a value exactly as received.
type Header struct {
	Name  string // canonical name
	Value string // the value exactly as received
}

// Request is the rest of what was received, byte for byte.
type Request struct {
	Host    string        // as the sender wrote it
	Proto   string        // "HTTP/1.1"
	Remote  string        // the caller's address, without port
	Took    time.Duration // from the headers to the last byte of the body
	Headers []Header      // every value; names sorted, the values of one name in the order received
	Body    []byte

	RawHead  []byte   // the request line and the headers as received, where they were kept; nil: Headers are all there is
	Trailers []Header // as Headers, of those that came behind the body
}

// Record is one delivery, whole.
type Record struct {
	Delivery
	Request
	Check Check

	// Random are the random bits of the delivery's id. A log draws them before it appends the record.
	Random [16]byte
	Node   NodeID // the node that received it; 0: there is only one
	Marks  Marks  // how it came into the log, if not from its sender

	Batch []Event // what is in the body where it has several events: their ids are claimed

	Integrity Integrity // of what was read from the log; "" before that
}

// NodeID numbers the nodes of a cluster, from 1. 0 stands for a server that is alone.
type NodeID uint16

// Marks say how a delivery came into the log, if its sender did not send it as it is. They are a set of bits. Bits that
// are not known here are kept.
type Marks uint32

// The marks.
const (
	MarkImported Marks = 1 << iota // taken over from another log
	MarkEdited                     // changed by a person before it was sent again
	MarkSample                     // a sample of what a sender would send
)

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

// Header returns the first value of the header with this canonical name, "" where it was not sent.
func (r *Record) Header(name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// Redelivery is one delivery of an event, as it compares with the first that is kept.
type Redelivery struct {
	Delivery
	Headers  []Header
	SameBody bool

	Integrity Integrity // of a damaged one, headers and body are not compared
}
