package api

import (
	"log/slog"
	"net/http"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/live"
)

const longestWait = 55 * time.Second // below what proxies commonly cut

// NewUpdates returns GET /updates?after=&endpoint=&wait=: the frames of the socket, by polling.
// wait is a duration such as 25s, or seconds; it is cut to what proxies bear.
func NewUpdates(hub *live.Hub, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		place, err := hub.Place(q.Get("after"), hook.EndpointID(q.Get("endpoint")))
		if err != nil {
			writeProblem(w, logger, err)
			return
		}
		wait, err := parseWait(q.Get("wait"))
		if err != nil {
			writeProblem(w, logger, err)
			return
		}
		if q.Get("after") == "" {
			wait = 0 // it asks where the log stands
		}
		payload, err := hub.Poll(r.Context(), place, wait)
		if err != nil {
			writeProblem(w, logger, err)
			return
		}
		w.Header()["Content-Type"] = jsonType
		_, _ = w.Write(payload)
	})
}

func parseWait(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(s)
	if err != nil {
		wait, err = time.ParseDuration(s + "s")
	}
	if err != nil || wait < 0 {
		return 0, &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request",
			Detail: "wait is a duration such as 25s.", Cause: err}
	}
	return min(wait, longestWait), nil
}
