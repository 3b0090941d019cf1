package intake

import (
	"errors"
	"fmt"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// SampleRequest describes a sample delivery. Its zero value is the most common event of the endpoint's provider.
type SampleRequest struct {
	Type string            // one of the provider's SampleTypes
	Set  map[string]string // values to change in it, by path or name
}

// Sample sends an endpoint a delivery as its provider would send it. It takes the same path as a received delivery, and
// returns the stored delivery's id and seq.
//
// It is signed with the first of the endpoint's secrets that can sign. If the provider signs with a private key that
// only the provider has, it is signed with a new key that is used for nothing else. If the endpoint has nothing to
// verify with, it is not signed. The endpoint's Allow does not apply. Errors are those of the log, and problems:
// hook.ErrNotFound for the endpoint, hook.ErrTooLarge, and those of package sample for the request.
func (in *Intake) Sample(id hook.EndpointID, want SampleRequest) (hook.DeliveryID, hook.Seq, error) {
	e, p, err := in.sampleTarget(id)
	if err != nil {
		return "", 0, err
	}
	r, err := sample.NewSampler().Make(p, want.Type, want.Set, in.now().UTC())
	if err != nil {
		return "", 0, err
	}
	if err := in.acceptSample(e, p, r); err != nil {
		return "", 0, err
	}
	return r.ID, r.Seq, nil
}

// FlowStep is one step of a flow: one event in the life of a payment that does not exist.
type FlowStep struct {
	Flow  string // name of one of the provider's flows
	Run   string // which payment: calls with the same text are about the same one
	Step  int    // the first is 0
	Terms sample.Terms
}

// PlayedStep is a delivery that a step was sent as.
type PlayedStep struct {
	ID          hook.DeliveryID
	Seq         hook.Seq
	DuplicateOf hook.Seq // seq of the delivery that the same step was sent as before
	Steps       int      // of the flow
	Subject     string   // alias that a status link of the payment should name
}

// PlayStep sends an endpoint one step of a flow, as Sample does. The caller sends the steps, in its own time and order;
// a step that was sent before is the same event again. Errors are those of Sample, and those of sample.NewPlay.
func (in *Intake) PlayStep(id hook.EndpointID, want FlowStep) (PlayedStep, error) {
	e, p, err := in.sampleTarget(id)
	if err != nil {
		return PlayedStep{}, err
	}
	play, err := sample.NewPlay(p, want.Flow, want.Run, want.Terms)
	if err != nil {
		return PlayedStep{}, err
	}
	subject, err := play.Subject()
	if err != nil {
		return PlayedStep{}, err
	}
	now := in.now().UTC()
	r, err := play.Step(want.Step, now)
	if err != nil {
		return PlayedStep{}, err
	}
	r.ReceivedAt = hook.Millis(now.UnixMilli())
	if err := in.acceptSample(e, p, r); err != nil {
		return PlayedStep{}, err
	}
	return PlayedStep{r.ID, r.Seq, r.DuplicateOf, len(play.Flow.Steps), subject}, nil
}

// sampleTarget returns an endpoint, as a copy, and its provider.
func (in *Intake) sampleTarget(id hook.EndpointID) (hook.Endpoint, *provider.Provider, error) {
	e, err := in.endpoints.Get(id)
	if err != nil {
		return e, nil, err
	}
	p, known := provider.For(e.Provider)
	if !known {
		return e, nil, fmt.Errorf("endpoint %s: unknown provider %q", e.ID, e.Provider)
	}
	return e, p, nil
}

// acceptSample signs a sample and accepts it like a received delivery.
func (in *Intake) acceptSample(e hook.Endpoint, p *provider.Provider, r *hook.Record) (err error) {
	if r.Size > e.MaxBody {
		detail := "The sample has %d bytes, but this endpoint accepts at most %d. Set less, or raise max_body."
		return &hook.Problem{Kind: hook.ErrTooLarge, Code: "sample_too_large",
			Detail: fmt.Sprintf(detail, r.Size, e.MaxBody)}
	}
	r.Host, r.Remote = "localhost", "127.0.0.1"
	e.Allow = nil // e is a copy
	if e.Secrets, err = in.sign(p, e, r); err != nil {
		return err
	}
	_, _, err = in.Accept(&e, r)
	return err
}

// sign signs a sample for e, and returns the secrets to verify it with: those of e, and the public half of the new key
// if none of them can sign. The public key is not stored.
func (in *Intake) sign(p *provider.Provider, e hook.Endpoint, r *hook.Record) ([]hook.Secret, error) {
	with := signature.Signing{Endpoint: &e, URL: in.address(e.Slug), At: r.ReceivedAt.Time}
	for _, s := range e.Secrets {
		with.Secret = s.Value
		if err := p.Sign(r, with); !errors.Is(err, signature.ErrWrongKey) {
			return e.Secrets, err
		}
	}
	if !hasCredentials(p, e) {
		return e.Secrets, nil
	}
	key, public, err := p.Signature.NewKey(with.At)
	if errors.Is(err, signature.ErrWrongKey) {
		return e.Secrets, nil // the sample stays unsigned, and verification says what is wrong
	}
	if err != nil {
		return nil, err
	}
	with.Secret, with.Key = "", key
	return append(slices.Clip(e.Secrets), hook.Secret{Label: "sample", Value: public}), p.Sign(r, with)
}

// hasCredentials reports whether an endpoint has a secret, one of the settings that its provider requires, or the
// settings with which the provider's key is looked up.
func hasCredentials(p *provider.Provider, e hook.Endpoint) bool {
	covered := func(s provider.Setting) bool { return s.Required && e.Settings[s.Name] != "" }
	return len(e.Secrets) > 0 || slices.ContainsFunc(p.Settings, covered) || p.Signature.Checks(&e)
}
