package api

import (
	"errors"
	"log/slog"
	"net/http"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// refusedError is a refusal: there is no room, the client came too often, or may not come from where it is. It is no
// fault
// of the server's, and there may be thousands a second, so it is counted and told once a minute instead of logged
// each time.
type refusedError struct {
	problem *hook.Problem // what the client is told
	counted string        // the code that it is counted under, which may say more than the problem's
	address string
}

func (e *refusedError) Error() string { return e.problem.Error() }

// Unwrap returns what the client is told.
func (e *refusedError) Unwrap() error { return e.problem }

// answerRefused answers with err, and counts it where it is a refusedError, or says that the server cannot do now
// what it
// is asked for. On a full disk that is said to every sender: a line for each would fill the disk even more.
func answerRefused(w http.ResponseWriter, log *slog.Logger, refusals *access.Refusals, err error) {
	var refused *refusedError
	var p *hook.Problem
	switch {
	case errors.As(err, &refused):
		refusals.Count(refused.counted, refused.problem.Detail, "address", refused.address)
		problemOf(refused.problem).write(w)
	case refusals != nil && errors.Is(err, hook.ErrUnavailable) && errors.As(err, &p):
		refusals.Count(p.Code, p.Detail, "error", err)
		problemOf(p).write(w)
	default:
		writeProblem(w, log, err)
	}
}
