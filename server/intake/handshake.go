package intake

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// handshakeWindow is how long an endpoint takes the secret that its sender brings. It begins when the endpoint is
// created, or when a person asks for it, so that no stranger can set the secret of an endpoint that waits for years.
const handshakeWindow = 10 * time.Minute

// handshakeLabel is the label of a secret that a sender brought.
const handshakeLabel = "handshake"

// handshakeEnd returns the end of the window of an endpoint that begins now; zero if it has a secret, or none is
// brought.
func handshakeEnd(e *hook.Endpoint, now time.Time) hook.Time {
	p, known := provider.For(e.Provider)
	if !known || len(e.Secrets) > 0 || !p.TakesSecret(e) {
		return hook.Time{}
	}
	return hook.Millis(now.Add(handshakeWindow).UnixMilli())
}

// AwaitSecret lets an endpoint take the secret that its sender brings in the next ten minutes. Errors are those of the
// store, and problems: hook.ErrNotFound, and hook.ErrConflict if the sender brings no secret or the endpoint has one.
func (es *Endpoints) AwaitSecret(ctx context.Context, id hook.EndpointID) (hook.Endpoint, error) {
	return es.apply(ctx, func() (hook.Endpoint, error) {
		e, err := es.Get(id)
		if err != nil {
			return e, err
		}
		if len(e.Secrets) > 0 {
			return e, &hook.Problem{Kind: hook.ErrConflict, Code: "secret_present",
				Detail: "This endpoint has a secret, so it takes none from its sender. Remove the secret first."}
		}
		if e.HandshakeUntil = handshakeEnd(&e, es.now()); e.HandshakeUntil.IsZero() {
			return e, &hook.Problem{Kind: hook.ErrConflict, Code: "no_handshake",
				Detail: "The sender of this endpoint does not send its secret. Copy the secret from there and add it."}
		}
		return e, nil
	})
}

// TakeSecret gives an endpoint the secret that its sender brought at a time, once, and has it verify deliveries from
// then on. taken is false if it has a secret or does not wait for one. The error is the store's.
func (es *Endpoints) TakeSecret(
	ctx context.Context, id hook.EndpointID, value string, at time.Time,
) (taken bool, err error) {
	_, err = es.Change(ctx, id, func(e *hook.Endpoint) error {
		if !e.AwaitsSecret(at) {
			return ErrUnchanged
		}
		e.Secrets = []hook.Secret{{Label: handshakeLabel, Value: value}}
		if e.Verify == hook.Off {
			e.Verify = "" // enforce, now that it can
		}
		taken = true
		return nil
	})
	return taken && err == nil, err
}

// masked is what is stored in place of a secret.
const masked = "(taken as the secret of this endpoint)"

// takeSecret completes the result of a delivery that brings a secret: the endpoint takes it, or the delivery is
// rejected. The copy of the secret in a header is removed from the record: the log must not contain secrets. One in the
// body stays, because a person has to copy it from there to the sender.
func (in *Intake) takeSecret(
	p *provider.Provider, e *hook.Endpoint, r *hook.Record, f signature.Result,
) (signature.Result, error) {
	taken, err := in.endpoints.TakeSecret(context.Background(), e.ID, f.NewSecret, r.ReceivedAt.Time)
	if err != nil && !errors.Is(err, hook.ErrInvalid) {
		return f, fmt.Errorf("take the secret of a handshake: %w", err)
	}
	if !taken { // or it makes no key for the endpoint
		return signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonHandshakeRefused}, nil
	}
	name := p.SecretHeader(e)
	for i := range r.Headers {
		if h := &r.Headers[i]; name != "" && h.Name == name && hmac.Equal([]byte(h.Value), []byte(f.NewSecret)) {
			h.Value = masked
		}
	}
	return f, nil
}
