package hook

import (
	"errors"
	"time"
)

// The kinds of error. Package api has the one table from kind to HTTP status; use errors.Is to check for a kind.
var (
	ErrInvalid         = errors.New("invalid")
	ErrContradiction   = errors.New("contradiction") // well-formed, but its parts contradict each other
	ErrUnauthenticated = errors.New("unauthenticated")
	ErrForbidden       = errors.New("forbidden")
	ErrNotFound        = errors.New("not found")
	ErrConflict        = errors.New("conflict")
	ErrTooLarge        = errors.New("too large")
	ErrTooMany         = errors.New("too many requests")
	ErrUnavailable     = errors.New("unavailable")
	ErrDamaged         = errors.New("damaged") // the stored data differs from what was written
)

// Problem is an error that clients may see. Any package may return one; package api writes it as problem details
// (RFC 9457). Any other error is internal, and clients are told only that it happened.
type Problem struct {
	Kind       error         // one of the kinds above
	Code       string        // stable, for programs: "signature_mismatch"
	Detail     string        // for people: what happened, and what to do next
	RetryAfter time.Duration // when to try again; 0: unknown
	Cause      error         // for the log only, never shown outside

	// Authenticate are the challenges of WWW-Authenticate: how a request that was refused for its lack of credentials
	// may come in. Only refusals at the door have some.
	Authenticate []string
}

func (p *Problem) Error() string {
	if p.Cause != nil {
		return p.Code + ": " + p.Cause.Error()
	}
	return p.Code + ": " + p.Detail
}

// Unwrap makes errors.Is see the kind and the cause.
func (p *Problem) Unwrap() []error {
	if p.Cause != nil {
		return []error{p.Kind, p.Cause}
	}
	return []error{p.Kind}
}
