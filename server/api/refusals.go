package api

import (
	"errors"
	"log/slog"
	"net/http"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// noRoom is a refusal because there is no room or the client came too often. It is no fault of the server's, and there
// may be thousands a second, so it is counted and told once a minute instead of logged each time.
type noRoom struct {
	problem *hook.Problem // what the client is told
	counted string        // the code that it is counted under, which may say more than the problem's
	address string
}

func (n *noRoom) Error() string { return n.problem.Error() }

// Unwrap returns what the client is told.
func (n *noRoom) Unwrap() error { return n.problem }

// answerRefused answers with err, and counts it where it is a noRoom.
func answerRefused(w http.ResponseWriter, log *slog.Logger, refusals *access.Refusals, err error) {
	var full *noRoom
	if errors.As(err, &full) {
		refusals.Count(full.counted, full.problem.Detail, "address", full.address)
		problemOf(full.problem).write(w)
		return
	}
	writeProblem(w, log, err)
}
