// Package intake takes one delivery from the door into the log: which endpoint, what verdict, which event.
// What Accept has answered without an error is stored durably; a rejected delivery is stored too, with its reason.
package intake

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// Log is where deliveries are kept.
type Log interface {
	Append(r *hook.Record) error
	// EachRejected calls do for every rejected delivery of an endpoint that was not released, oldest first.
	EachRejected(ctx context.Context, endpoint hook.EndpointID, do func(*hook.Record) error) error
}

// Intake judges deliveries and appends them.
type Intake struct {
	endpoints *Endpoints
	log       Log
	now       func() time.Time
	address   func(slug string) string
	lookup    *Certificates          // nil: none are looked up
	kept      signature.Certificates // those of lookup that need no asking outside

	releasing sync.Mutex // one at a time, so that nothing is released twice
}

// New returns an intake for these endpoints. address tells the address of the endpoint whose address ends in a slug,
// for senders that sign it. Certificates that senders name are looked up in lookup; nil: none are looked up.
func New(endpoints *Endpoints, log Log, now func() time.Time, address func(slug string) string, lookup *Certificates) *Intake {
	in := &Intake{endpoints: endpoints, log: log, now: now, address: address, lookup: lookup}
	if lookup != nil {
		in.kept = keptAlone{lookup}
	}
	return in
}

// Accept judges r as received by e, fills what the verdict says into it, and appends it. The reply is what the sender
// must hear instead of the standard answer, nil where that will do. The refusal is what a sender whose delivery was
// rejected is told, nil where it is welcome; the delivery is kept either way.
func (in *Intake) Accept(e *hook.Endpoint, r *hook.Record) (reply *hook.Reply, refusal *hook.Problem, err error) {
	p, known := provider.For(e.Provider)
	if !known {
		return nil, nil, fmt.Errorf("endpoint %s: unknown provider %q", e.ID, e.Provider)
	}
	f := in.judge(p, e, r)
	write(r, e, f)
	if err := in.log.Append(r); err != nil {
		return nil, nil, err
	}
	switch {
	case f.Verdict != hook.Rejected:
		return f.Reply, nil, nil
	case f.Reason == hook.ReasonAddressNotAllowed && e.Verify != hook.Observe:
		return nil, hook.ReasonAddressNotAllowed.Problem(), nil
	case e.Verify == hook.Observe:
		return nil, nil, nil
	}
	return nil, p.Problem(f), nil
}

// judge is what the provider makes of r, unless r comes from where nobody may send.
func (in *Intake) judge(p *provider.Provider, e *hook.Endpoint, r *hook.Record) signature.Result {
	on := signature.ReceiveContext{At: r.ReceivedAt.Time}
	byCertificate := p.NamesCertificate() && in.lookup != nil
	if byCertificate {
		on.Certificates = in.lookup.by(r.Remote, e)
	}
	if p.Signature.SignsAddress() {
		on.URL = in.address(e.Slug)
	}
	if allows(e.Allow, r.Remote) {
		f := p.Verify(e, r, on)
		if byCertificate && f.Verdict == hook.Verified {
			in.lookup.prove(r.Remote)
		}
		return f
	}
	unchecked := *e
	unchecked.Verify = hook.Off
	f := p.Verify(&unchecked, r, on)
	f.Verdict, f.Reason, f.Reply = hook.Rejected, hook.ReasonAddressNotAllowed, nil
	return f
}

// write writes a finding into r.
func write(r *hook.Record, e *hook.Endpoint, f signature.Result) {
	r.Endpoint, r.Verdict, r.Reason, r.Secret, r.Check = e.ID, f.Verdict, f.Reason, f.Secret, f.Check
	r.Event, r.Type, r.OccurredAt, r.Account, r.Mode = f.Event, f.Type, f.OccurredAt, f.Account, f.Mode
	r.Batch, r.Events = f.Batch, len(f.Batch)
	if r.Header(hook.SampleHeader) != "" { // whoever could sign it may call it real, too
		r.Mode = hook.ModeTest
	}
}
