// Package provider knows the senders: how each signs, and where its events carry their id and type.
// A verdict is a function of the request, the endpoint and the time, and needs nothing else.
package provider

import (
	"crypto/x509"
	"slices"
	"time"

	"hookbeam/server/hook"
)

// Provider is what is known of one sender.
type Provider struct {
	ID    string   // in URLs and the API
	Name  string   // for people
	Steps []string // how to set it up, in order

	Category string // general, payments, code, shops, chat or mail
	Secret   SecretWords
	Settings []Setting // its other facts, in the order of asking
	Ranges   []Range   // where it sends from

	certificate string // spot of the address of the certificate that it signs with; "": it has none
	algorithm   string // spot of the algorithm that it says to sign with then

	whole  func(*request, []hook.Secret) Finding // how it signs, where no rule can say it
	sign   func(*request, Signing) error         // the mirror of whole
	tuned  bool                                  // the endpoint's settings say how it signs
	rules  []rule                                // how it signs; any of them will do, the first that is missing is named
	secret secretRule                            // what its secrets look like
	events []string                              // spots of the event's unique id; the first that is there counts, "+" joins a composite
	types  []string                              // spots of the event's type; the first that is there counts
	times  []string                              // spots of when the event happened; the first that can be read counts
	owner  string                                // spot of whose event it is at the sender
	mode   string                                // spot that says whether it is real or a test; behind "!" a yes means a test
	batch  *batch                                // where several events come in one body
	tells  []tell                                // what its events tell of payments, orders, runs
	greet  handshake                             // answers what is no event but a question; nil: it asks none
	ack    *hook.Response                        // what it wants to hear instead of the standard answer; nil: that
}

// all is every provider, in the order in which people are offered them.
var all = slices.Concat(in("general", general), in("payments", payments), in("payments", wallets), in("code", code),
	in("shops", shops), in("chat", chat), in("mail", mail))

// All returns every provider, in the order in which people are offered them.
func All() []Provider { return slices.Clone(all) }

// For returns the provider with this id.
func For(id string) (*Provider, bool) {
	for i := range all {
		if all[i].ID == id {
			return &all[i], true
		}
	}
	return nil, false
}

// Finding is what a provider makes of one request.
type Finding struct {
	Verdict hook.Verdict
	Reason  hook.Reason // why it was rejected, empty if it was not
	Secret  string      // label of the secret that matched
	Check   hook.Check  // how it was checked, or would have been
	Event   string      // the event's unique id, where there is one; never that of one event among several
	Type    string      // the event's type, where there is one
	Reply   *hook.Reply // what to answer instead of the standard answer; nil: that

	OccurredAt hook.Time // when the event happened; zero where the sender does not say
	Account    string
	Mode       string       // hook.ModeLive, hook.ModeTest or ""
	Batch      []hook.Event // every event, where the body has several
}

// Receipt is what a request does not say of itself.
type Receipt struct {
	At           time.Time    // when it came
	URL          string       // the address that its endpoint has if it names no other as registered; needed where SignsAddress
	Certificates Certificates // nil: only those that an endpoint holds count
}

// Certificates finds the certificate that a sender names by an address.
type Certificates interface {
	// Certificate returns the certificate at an address that CheckCertificateURL lets through, checked by
	// ReadCertificate. An error that is not ErrUntrusted passes: asked again later, there may be an answer.
	Certificate(url string, at time.Time) (*x509.Certificate, error)
}

// Examine checks a request against the endpoint's secrets and reads what it says of its event. Reading costs a bounded
// number of steps, whatever the body: where the event's id, type, time and account stand behind more than that, the
// request is judged all the same, and they are told as far as they were found. A batch of which not all can be read has no
// events.
func (p *Provider) Examine(e *hook.Endpoint, r *hook.Record, on Receipt) Finding {
	q := newRequest(e, r, on)
	defer q.release()
	return p.examine(q)
}

func (p *Provider) examine(q *request) Finding {
	if p.greet.unsigned != nil && !p.lacksSecret(q) {
		if f, asked := p.greet.unsigned(q); asked {
			return f
		}
	}
	f := p.verify(q)
	p.identify(q, &f)
	if f.Verdict == hook.Rejected {
		return f
	}
	if p.ack != nil {
		f.Reply = &hook.Reply{Response: *p.ack}
	}
	if p.greet.signed != nil {
		if reply := p.greet.signed(q); reply != nil {
			f.Reply = reply
		}
	}
	return f
}

// handshake answers what a sender asks before, or among, its events.
type handshake struct {
	unsigned func(*request) (Finding, bool) // asked without a signature: judged here alone
	signed   func(*request) *hook.Reply     // asked like any event: answered unless it was rejected
}
