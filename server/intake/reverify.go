package intake

import (
	"context"
	"errors"
	"fmt"

	"hookbeam/server/hook"
)

// ReverifyResult is the result of verifying an endpoint's rejected deliveries again.
type ReverifyResult struct {
	Examined int // rejected deliveries that were verified again
	Verified int // those that verify with the endpoint's current secrets
	Released int // those that were appended to the log as verified deliveries; 0 without release
}

// Reverify verifies the rejected deliveries of an endpoint with its present secrets and rules, at the time
// when each was received. With release, each that verifies is appended to the log as a new delivery that names
// the rejected one, so that every follower reads it at the end of the log. A delivery is released only once.
// Errors are those of the log, and a problem of kind hook.ErrNotFound.
func (in *Intake) Reverify(ctx context.Context, id hook.EndpointID, release bool) (a ReverifyResult, err error) {
	e, err := in.endpoints.Get(id)
	if err != nil {
		return a, err
	}
	p, known := in.find(e.Provider)
	if !known {
		return a, fmt.Errorf("endpoint %s: unknown provider %q", e.ID, e.Provider)
	}
	// EachRejected leaves out released deliveries, so two calls at once could release the same one.
	in.releasing.Lock()
	defer in.releasing.Unlock()
	defer func() { err = errors.Join(err, in.noteReverified(ctx, e, a, err)) }()
	err = in.log.EachRejected(ctx, id, func(r *hook.Record) error {
		a.Examined++
		f := in.evaluate(p, &e, r)
		if f.Verdict != hook.Verified {
			return nil
		}
		a.Verified++
		if !release {
			return nil
		}
		r.ReleaseOf = r.Seq
		applyResult(r, &e, f)
		if err := in.log.Append(r); err != nil {
			return err
		}
		a.Released++
		return nil
	})
	return a, err
}

// noteReverified stores how many rejected deliveries would verify after Reverify. If it failed, they have to be checked
// again: some may have been released.
func (in *Intake) noteReverified(ctx context.Context, e hook.Endpoint, a ReverifyResult, failed error) error {
	c := check{of: e, wouldVerify: a.Verified - a.Released, as: in.fingerprint(&e)}
	if failed != nil {
		c.as = ""
	}
	return in.endpoints.noteChecks(context.WithoutCancel(ctx), []check{c})
}
