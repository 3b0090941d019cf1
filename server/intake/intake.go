// Package intake takes one delivery from the HTTP handler into the log: it finds the verdict and the event, and
// appends the record. It also holds the endpoints and their rules, and fetches the certificates that senders
// name.
//
// It promises that a delivery is stored durably when Accept returns without an error. A rejected delivery is
// stored too, with its reason. Receiving asks no database for an endpoint, and nothing but a certificate is
// fetched from outside.
//
// Start reading at Intake.Accept for deliveries, and at Endpoints for the configuration.
package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// Log is what Intake needs of the log.
type Log interface {
	// Append stores a record, fills in its id and seq, and returns once it is durable.
	Append(r *hook.Record) error
	// EachRejected calls do for every rejected delivery of an endpoint that was not released, oldest first.
	EachRejected(ctx context.Context, endpoint hook.EndpointID, do func(*hook.Record) error) error
	// NewestRejected returns at most limit of them that are older than before, newest first; none if there are none.
	NewestRejected(ctx context.Context, endpoint hook.EndpointID, before hook.Seq, limit int) ([]hook.Delivery, error)
	// Delivery returns one delivery with its headers and body.
	Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error)
}

// Intake verifies deliveries and appends them to the log. The server has one; its methods may be called from several
// goroutines. The API calls it for received deliveries, samples, diagnoses and verifying again.
type Intake struct {
	endpoints *Endpoints
	log       Log
	now       func() time.Time
	address   func(slug string) string
	lookup    *Certificates          // nil: none are looked up
	kept      signature.Certificates // lookup without requests to senders; nil with lookup
	traffic   Traffic                // nil: nothing is counted
	find      func(id string) (*provider.Provider, bool)

	releasing sync.Mutex // one at a time, so that nothing is released twice
}

// New returns an intake for these endpoints. address returns the public URL of the endpoint with this slug, for
// senders that sign it. lookup finds the certificates that senders name; nil: none are looked up.
func New(
	endpoints *Endpoints, log Log, now func() time.Time, address func(slug string) string, lookup *Certificates,
) *Intake {
	in := &Intake{endpoints: endpoints, log: log, now: now, address: address, lookup: lookup,
		find: provider.For}
	if lookup != nil {
		in.kept = cachedOnly{lookup}
	}
	return in
}

// Traffic counts deliveries after they were stored.
type Traffic interface {
	Received(r *hook.Record)
}

// CountIn makes Accept count deliveries in t. It must be called before the first delivery.
func (in *Intake) CountIn(t Traffic) { in.traffic = t }

// With returns an intake that finds the provider of received deliveries by find instead of in the catalogue. Tests use
// it for senders that the catalogue does not have.
func (in *Intake) With(find func(id string) (*provider.Provider, bool)) *Intake {
	with := New(in.endpoints, in.log, in.now, in.address, in.lookup)
	with.find, with.traffic = find, in.traffic
	return with
}

// Accept verifies r as received by e, writes the result into r, and appends it. reply replaces the standard answer if
// the provider expects another one; nil: the standard answer is sent. refusal is the problem that the sender of a
// rejected delivery gets; nil: the delivery is accepted. The delivery is stored in both cases. err is the log's.
func (in *Intake) Accept(e *hook.Endpoint, r *hook.Record) (reply *hook.Reply, refusal *hook.Problem, err error) {
	p, known := in.find(e.Provider)
	if !known {
		return nil, nil, fmt.Errorf("endpoint %s: unknown provider %q", e.ID, e.Provider)
	}
	f := in.evaluate(p, e, r)
	if f.NewSecret != "" {
		if f, err = in.takeSecret(p, e, r, f); err != nil {
			return nil, nil, err
		}
	}
	applyResult(r, e, f)
	if err := in.log.Append(r); err != nil {
		return nil, nil, err
	}
	if in.traffic != nil {
		in.traffic.Received(r)
	}
	switch {
	case f.Verdict != hook.Rejected:
		return f.Reply, nil, nil
	case f.Reason == hook.ReasonAddressNotAllowed && e.Verify != hook.Observe:
		return nil, hook.ReasonAddressNotAllowed.Problem(), nil
	case e.Verify == hook.Observe:
		return nil, nil, nil
	}
	refusal = p.Problem(e, f)
	if f.Reason == hook.ReasonSecretMissing {
		return nil, refusal, nil // no credentials would do
	}
	if wrong := f.Reason == hook.ReasonSecretMismatch; wrong || errors.Is(refusal.Kind, hook.ErrUnauthenticated) {
		refusal.Authenticate = p.Signature.Authenticate(e)
		if wrong && len(refusal.Authenticate) > 0 { // by HTTP authentication other credentials would do
			refusal.Kind = hook.ErrUnauthenticated
		}
	}
	return nil, refusal, nil
}

// evaluate verifies r with the scheme of its provider, and reads its event. A delivery from an address that the
// endpoint does not allow is rejected without verification; its event is read nevertheless, because the dashboard shows
// it.
func (in *Intake) evaluate(p *provider.Provider, e *hook.Endpoint, r *hook.Record) signature.Result {
	if !p.NamesCertificate() || in.lookup == nil {
		return in.evaluateWith(p, e, r, nil)
	}
	f := in.evaluateWith(p, e, r, in.lookup.forSender(r.Remote, e))
	if f.Verdict == hook.Verified {
		in.lookup.markVerified(r.Remote)
	}
	return f
}

// evaluateWith is evaluate with the certificates that count; nil: only those in the endpoint's configuration do.
func (in *Intake) evaluateWith(
	p *provider.Provider, e *hook.Endpoint, r *hook.Record, certificates signature.Certificates,
) signature.Result {
	on := signature.ReceiveContext{At: r.ReceivedAt.Time, Certificates: certificates}
	if p.Signature.SignsAddress() {
		on.URL = in.address(e.Slug)
	}
	if allows(e.Allow, r.Remote) {
		return p.Verify(e, r, on)
	}
	unchecked := *e
	unchecked.Verify = hook.Off
	f := p.Verify(&unchecked, r, on)
	f.Verdict, f.Reason, f.Reply, f.NewSecret = hook.Rejected, hook.ReasonAddressNotAllowed, nil, ""
	return f
}

// applyResult copies the result of a verification into the record that is stored.
func applyResult(r *hook.Record, e *hook.Endpoint, f signature.Result) {
	r.Endpoint, r.Verdict, r.Reason, r.Secret, r.Check = e.ID, f.Verdict, f.Reason, f.Secret, f.Check
	r.Event, r.Type, r.OccurredAt, r.Account, r.Mode = f.Event, f.Type, f.OccurredAt, f.Account, f.Mode
	r.Batch, r.Events, r.Marks = f.Batch, len(f.Batch), r.Marks&^(hook.SecretMarks|hook.MarkChallenge)|f.Marks
	if r.Header(hook.SampleHeader) != "" { // anyone who can sign a sample could send it as real
		r.Mode = hook.ModeTest
	}
}
