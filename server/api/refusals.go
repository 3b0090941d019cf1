package api

import (
	"errors"
	"log/slog"
	"net/http"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// refusedError is the error of a request over a limit, or from an address that may not send. It is not the
// server's fault, and there may be thousands a second, so such requests are counted, and the log gets a summary
// once a minute: see access.Refusals. writeRefused responds with it.
type refusedError struct {
	problem *hook.Problem // the response
	code    string        // counted under this code, which may be more specific than the problem's
	address string        // the client's, for the log
}

func (e *refusedError) Error() string { return e.problem.Error() }

// Unwrap returns the problem, so that problemOf finds it.
func (e *refusedError) Unwrap() error { return e.problem }

// writeRefused responds with err. It counts a refusedError, and also an error of kind hook.ErrUnavailable,
// instead of logging each one: when the disk is full, every sender gets such an error, and a log line for each
// would fill the disk even more. Other errors are handled by writeProblem.
func writeRefused(w http.ResponseWriter, log *slog.Logger, refusals *access.Refusals, err error) {
	if refused, ok := errors.AsType[*refusedError](err); ok {
		refusals.TurnAway(refused.code, statusOf(refused.problem.Kind), refused.address)
	}
	writeNoted(w, log, refusals, err)
}

// writeNoted is writeRefused for a request that is in the summary of access.TurnedAway already.
func writeNoted(w http.ResponseWriter, log *slog.Logger, refusals *access.Refusals, err error) {
	var refused *refusedError
	var p *hook.Problem
	switch {
	case errors.As(err, &refused):
		refusals.Count(refused.code, refused.problem.Detail, "address", refused.address)
		problemOf(refused.problem).write(w)
	case refusals != nil && errors.Is(err, hook.ErrUnavailable) && errors.As(err, &p):
		refusals.Count(p.Code, p.Detail, "error", err)
		problemOf(p).write(w)
	default:
		writeProblem(w, log, err)
	}
}
