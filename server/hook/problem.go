package hook

import (
	"errors"
	"time"
)

// The kinds of error. Each has one HTTP status, given by the package that answers.
var (
	ErrInvalid         = errors.New("invalid")
	ErrContradiction   = errors.New("contradiction") // well-formed, but its parts do not go together
	ErrUnauthenticated = errors.New("unauthenticated")
	ErrForbidden       = errors.New("forbidden")
	ErrNotFound        = errors.New("not found")
	ErrConflict        = errors.New("conflict")
	ErrTooLarge        = errors.New("too large")
	ErrTooMany         = errors.New("too many requests")
	ErrUnavailable     = errors.New("unavailable")
	ErrDamaged         = errors.New("damaged") // what is stored is not what was written
)

// Problem is an error that a person or a program outside is told of.
type Problem struct {
	Kind       error         // one of the kinds above
	Code       string        // stable, for programs: "signature_mismatch"
	Detail     string        // for people: what happened, and what to do next
	RetryAfter time.Duration // when to try again; 0: not said
	Cause      error         // for the log only, never shown outside
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
