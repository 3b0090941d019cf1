// Package provider is the catalogue of senders: how each one signs, where its events carry their id, type and time,
// what they report about payments, orders and runs, and which answer the sender expects. Each sender has one file,
// named after it, and everything specific to the sender is in that file. The package promises that a verdict is a
// function of the request, the endpoint and the time of receipt: it does no I/O and keeps no state. The one exception
// is a certificate or key set, which signature.ReceiveContext.Certificates may fetch.
//
// Start with stripe.go, an example of a sender, and then Provider. The parts of a sender are explained at
// signature.Profile, Identity and extract.Rules, and the selectors in them ("body:data.id") at payload.Selector. To
// add a sender, write its file, add its name to catalogue, write its samples in server/sample/samples, and a signed
// request in testdata/senders; twitch.go is an example of one that signs with an HMAC. docs/senders.md is made from
// the literals and their comments: go test ./server/provider -run SendersPage -update.
package provider

import (
	"errors"
	"fmt"
	"time"

	"hookbeam/server/challenge"
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// Provider is one sender. All providers are package variables that never change, so methods may run at the same time.
// For and All return them; server/intake verifies with one, server/status extracts with it, and the API shows it.
type Provider struct {
	ID    string   // in URLs and the API; never changes, since endpoints store it
	Name  string   // for people
	Steps []string // instructions to set it up, in order

	Aliases  []string // other names that people search it by: former ones, products, companies
	Grade    Grade    // how sure its literal is
	Source   string   // the sender's page about its signature; "" where the endpoint's owner decides how it signs
	Category string   // one of Categories

	// AliasOf is the id of the provider that is offered in place of this one; "" if it is offered itself. An alias
	// exists for the endpoints that have its id.
	AliasOf string
	// Tolerance is how far the time of a signature may be from now at a new endpoint, if the sender says so; 0 means
	// DefaultTolerance. The endpoint's own value counts, which people may change.
	Tolerance time.Duration

	Secret   SecretWords
	Settings []Setting // further settings of an endpoint, in the order of the form
	Ranges   []Range   // the addresses that it sends from

	Signature signature.Profile // how it signs
	Identity  Identity          // where its events carry their id, type and time
	Rules     extract.Rules     // what its events report of payments, orders, runs

	Challenges []challenge.Challenge // by which it tests an address before it sends events
	Ack        *hook.Response        // answer to an accepted event; nil: the standard answer

	Mistakes []Mistake // in its configuration, with which deliveries cannot be verified

	// OwnChallenge: the settings of an endpoint may describe the challenge of its sender, instead of Challenges.
	OwnChallenge bool
}

// DefaultTolerance is the timestamp tolerance of a new endpoint for which its sender says nothing else. Most senders
// recommend this value.
const DefaultTolerance = 5 * time.Minute

// ToleranceOf returns the timestamp tolerance of a new endpoint of the sender with this id.
func ToleranceOf(id string) time.Duration {
	if p, known := For(id); known && p.Tolerance > 0 {
		return p.Tolerance
	}
	return DefaultTolerance
}

// Verify checks a request against the endpoint's secrets and reads the event's identity. It never fails: a request that
// cannot be checked is rejected with a reason. Reading costs at most payload.MaxSteps, whatever the body is. If the id,
// type, time or account would cost more, the verdict still counts and they are returned as far as they were found. A
// batch that cannot be read completely has no events.
func (p *Provider) Verify(e *hook.Endpoint, r *hook.Record, on signature.ReceiveContext) signature.Result {
	q := signature.NewRequest(e, r, on)
	defer q.Release()
	return p.evaluate(q)
}

// evaluate is Verify for a request that the caller made, so that tests can measure its steps. The order matters: a
// challenge without a signature is answered first, but only if the endpoint could verify its events; and only an
// accepted request gets the sender's own answer.
func (p *Provider) evaluate(q *signature.Request) signature.Result {
	q.Envelope = p.Signature.Envelope
	challenges := p.challenges(q.Endpoint)
	if len(challenges) > 0 {
		if f, asked := challenge.Unsigned(challenges, &p.Signature, q); asked {
			return f
		}
	}
	f := p.Signature.Verify(q)
	if f.Verdict == hook.Verified && challenge.IsToken(challenges, q) {
		f = signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Check: f.Check}
	}
	p.identify(&q.Request, &f)
	if f.Verdict == hook.Rejected {
		return f
	}
	if p.Ack != nil {
		f.Reply = &hook.Reply{Response: *p.Ack}
	}
	if len(challenges) > 0 {
		challenge.Signed(challenges, &p.Signature, q, &f)
	}
	return f
}

// Sign signs r as the sender would; Verify accepts the result. It changes the headers, query and body of r. It returns
// signature.ErrWrongKey, with r unchanged, if the key does not fit the sender, and a *hook.Problem of kind
// hook.ErrConflict if the endpoint has no value for a setting that is part of the signed text.
func (p *Provider) Sign(r *hook.Record, with signature.Signing) error {
	err := p.Signature.Sign(r, with)
	if errors.Is(err, signature.ErrSettingMissing) {
		return &hook.Problem{Kind: hook.ErrConflict, Code: "setting_missing",
			Detail: fmt.Sprintf("%s signs a value that is missing from the endpoint's settings. Set it first: %s.",
				p.Name, p.requiredSettings())}
	}
	return err
}

// extractor returns the part of the sender that package extract needs.
func (p *Provider) extractor() extract.Source {
	s := extract.Source{Rules: p.Rules, Batch: p.Signature.Batch, Envelope: p.Signature.Envelope, Event: p.event}
	if p.Identity.AccountIsNew {
		s.Account = p.account
	}
	return s
}

// Statements returns what a delivery reports about its subjects; see extract.Source.Statements for limits and errors.
func (p *Provider) Statements(e *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	return p.extractor().Statements(e, r)
}

// MayReport reports whether a delivery with this type, or with several types (""), may have statements. It is cheap: it
// does not read the body.
func (p *Provider) MayReport(typ string) bool { return p.extractor().MayReport(typ) }

// HasRules reports whether the sender has rules, so that its endpoints can show statuses.
func (p *Provider) HasRules() bool { return len(p.Rules) > 0 }
