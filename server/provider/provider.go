// Package provider is the catalogue of senders: how each signs, where its events carry their id and
// type, what they report of payments, orders and runs, and what it hears instead of the standard
// answer. Each sender has one file with everything that is known of it; what the parts of such a
// literal mean is said by signature.Profile, Identity and extract.Rules. A verdict is a function of the
// request, the endpoint and the time, and needs nothing else.
//
// Start with stripe.go, then Provider. To add a sender, write its file and name it in catalogue.
package provider

import (
	"errors"
	"fmt"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// Provider is what is known of one sender. All of them are tables of this package; nothing changes one
// after the start.
type Provider struct {
	ID    string   // in URLs and the API
	Name  string   // for people
	Steps []string // how to set it up, in order

	Category string // general, payments, code, shops, chat or mail
	Secret   SecretWords
	Settings []Setting // its other facts, in the order of asking
	Ranges   []Range   // where it sends from

	Signature signature.Profile // how it signs
	Identity  Identity          // where its events carry their id, type and time
	Rules     extract.Rules     // what its events report of payments, orders, runs

	UnsignedChallenge unsignedChallenge // answers a question that is asked without a signature; nil: it asks none
	SignedChallenge   signedChallenge   // answers a question that is asked like any event; nil: it asks none
	Ack               *hook.Response    // what it wants to hear instead of the standard answer; nil: that
}

// Verify checks a request against the endpoint's secrets and reads what it says of its event. Reading
// costs a bounded number of steps, whatever the body: where the event's id, type, time and account
// stand behind more than that, the request is judged all the same, and they are returned as far as they
// were found. A batch of which not all can be read has no events.
func (p *Provider) Verify(e *hook.Endpoint, r *hook.Record, on signature.ReceiveContext) signature.Result {
	q := signature.NewRequest(e, r, on)
	defer q.Release()
	return p.evaluate(q)
}

// evaluate is Verify for a request whose reading can be measured.
func (p *Provider) evaluate(q *signature.Request) signature.Result {
	if p.UnsignedChallenge != nil && !p.Signature.LacksSecret(q) {
		if f, asked := p.UnsignedChallenge(q); asked {
			return f
		}
	}
	f := p.Signature.Verify(q)
	p.identify(&q.Request, &f)
	if f.Verdict == hook.Rejected {
		return f
	}
	if p.Ack != nil {
		f.Reply = &hook.Reply{Response: *p.Ack}
	}
	if p.SignedChallenge != nil {
		if reply := p.SignedChallenge(q); reply != nil {
			f.Reply = reply
		}
	}
	return f
}

// Sign signs r as the sender would, the mirror of Verify. It changes the headers, query and body of r.
// Errors are signature.ErrWrongKey, with r as it was, and a problem of kind hook.ErrConflict where the
// endpoint lacks a setting that is signed.
func (p *Provider) Sign(r *hook.Record, with signature.Signing) error {
	err := p.Signature.Sign(r, with)
	if errors.Is(err, signature.ErrSettingMissing) {
		return &hook.Problem{Kind: hook.ErrConflict, Code: "setting_missing",
			Detail: fmt.Sprintf("%s signs a value that the endpoint's settings do not have. Put it there first: %s.",
				p.Name, p.requiredSettings())}
	}
	return err
}

// extractor is what extraction needs to know of the sender.
func (p *Provider) extractor() extract.Source {
	return extract.Source{Rules: p.Rules, Batch: p.Signature.Batch, Event: p.event}
}

// Statements returns what a delivery reports of its subjects: see extract.Source.
func (p *Provider) Statements(e *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	return p.extractor().Statements(e, r)
}

// MayTell reports whether events of a type, or of several types (""), may be about subjects.
func (p *Provider) MayTell(typ string) bool { return p.extractor().MayTell(typ) }

// Tells reports whether the sender's events are about subjects at all.
func (p *Provider) Tells() bool { return len(p.Rules) > 0 }
