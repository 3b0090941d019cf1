package hook

import (
	"strings"
	"time"
)

// Verdict is the result of verifying a delivery.
type Verdict string

// The verdicts. Only verified deliveries claim event ids and move statuses.
const (
	Verified Verdict = "verified" // genuine: a secret of the endpoint matched
	Unsigned Verdict = "unsigned" // nothing was checked, because the endpoint has nothing to check with
	Rejected Verdict = "rejected" // the check failed; kept with its reason, never acted on
)

// Known reports whether v is one of the verdicts.
func (v Verdict) Known() bool { return v == Verified || v == Unsigned || v == Rejected }

// Delivery is one received HTTP request as lists and live frames show it: everything except headers and body.
type Delivery struct {
	ID       DeliveryID // the delivery's id
	Seq      Seq        // the delivery's position in the log
	Endpoint EndpointID // the endpoint that received it
	Method   string     // HTTP method as received
	Path     string     // path after the endpoint's URL, byte for byte, with the "?" of an empty query; see RootedPath
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
	ReleaseOf   Seq     // seq of the rejected delivery that verified later, with a new secret, and became this one

	OccurredAt Time   // when the event happened, according to the provider
	Account    string // the account at the provider that the event belongs to, if it names one
	Mode       string // whether the provider marks the event as live or test
	Events     int    // number of events in the body, if there are several

	ReceivedAt Time // when the request's headers had arrived
}

// RootedPath returns the path as filters and expressions read it: "/" if nothing follows the endpoint's URL. Older
// releases stored "/" in this case as well, and people write path = "/" for both. It has no final question mark, which
// Path has if an empty query was sent.
func (d *Delivery) RootedPath() string {
	path := strings.TrimSuffix(d.Path, "?")
	if path == "" {
		return "/"
	}
	return path
}

// Header is one header line: a canonical name and a value exactly as received.
type Header struct {
	Name  string // canonical name
	Value string // the value exactly as received
}

// Request is the rest of a received HTTP request, byte for byte: what a detail page or a replay needs beside the
// Delivery.
type Request struct {
	Host    string        // Host header as received
	Proto   string        // "HTTP/1.1"
	Remote  string        // the sender's IP address, without port
	Took    time.Duration // from the headers to the last byte of the body
	Headers []Header      // every value; names sorted, the values of one name in the order received
	Body    []byte

	RawHead  []byte   // the request line and the headers as received; nil: they were not kept, only Headers
	Trailers []Header // the trailer fields, which follow the body; ordered like Headers
}

// Record is one complete delivery, as a log stores it. Package intake creates it from a request and appends it; the log
// then sets ID, Seq and the outcome of the duplicate rule. Followers get records when they need headers or the body.
//
// A log never changes a record after it was appended; it can only remove it.
type Record struct {
	Delivery
	Request
	Check Check

	// Random are the random bits of the delivery's id. A log draws them before it appends the record.
	Random [16]byte
	Node   NodeID // the node that received it; 0 on a single server
	Marks  Marks  // how it came into the log, if not from its sender

	Batch []Event // the events, if the body has several; the delivery claims each of their ids

	Integrity Integrity // result of comparing the checksum when it was read from the log; "" before it is appended
}

// NodeID is the number of a node in a cluster, from 1. It is 0 on a single server.
type NodeID uint16

// Marks is a set of bits that say what is unusual about a delivery: how it came into the log, if its sender did not
// send it as it is, and the secret that verified it. Bits that this release does not define are preserved.
type Marks uint32

// The marks.
const (
	MarkImported Marks = 1 << iota // imported from another log
	MarkEdited                     // edited by a person before it was sent again
	MarkSample                     // a generated sample, not sent by a provider

	MarkSecretWeak    // the secret is short enough to be guessed from one signed request
	MarkSecretTrimmed // the secret matched without white space, quotes or a prefix around it, not as it was given
	MarkSecretAsText  // the text of the secret is the key, where the sender's format is base64

	// MarkChallenge: it tests the address and is no event, so it moves no status whatever its body says.
	MarkChallenge
)

// SecretMarks are the marks that a verification sets.
const SecretMarks = MarkSecretWeak | MarkSecretTrimmed | MarkSecretAsText

// Integrity says whether the stored bytes of a delivery are those that were received. A log computes a checksum when it
// appends a record, and compares it when it reads the record.
type Integrity string

// The values of Integrity. A damaged delivery is shown as damaged and never acted on.
const (
	IntegrityOK      Integrity = "ok"      // the checksum matches
	IntegrityUnknown Integrity = "unknown" // stored by a release that had no checksums
	IntegrityDamaged Integrity = "damaged" // the checksum does not match, or the record cannot be decoded
)

// Event is one event of a provider, as read from a delivery. Any field but Type may be missing.
type Event struct {
	ID         string // unique at the provider, within one endpoint
	Type       string
	OccurredAt Time   // when it happened, according to the provider
	Account    string // the account at the provider that it belongs to
	Mode       string // ModeLive, ModeTest or ""
}

// SampleHeader is the request header that marks a generated sample. A sample is signed like a real delivery, but its
// mode is test.
const SampleHeader = "Hookbeam-Sample"

// The modes of an event, according to the provider.
const (
	ModeLive = "live"
	ModeTest = "test"
)

// Filter selects deliveries for a list. A zero field selects all.
type Filter struct {
	Endpoint EndpointID
	Among    *EndpointSet // only deliveries to these endpoints
	Verdict  Verdict
	Method   string
}

// Header returns the first value of the header with this canonical name, or "" if it was not sent.
func (r *Record) Header(name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// Redelivery is one of several deliveries of the same event, compared with the first one that is kept.
type Redelivery struct {
	Delivery
	Headers  []Header // nil if it is damaged
	SameBody bool     // its body equals that of the first delivery; false if it is damaged

	Integrity Integrity
}
