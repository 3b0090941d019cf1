package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/live"
)

const longestWait = 55 * time.Second // below what proxies commonly cut

// UpdatesOptions are what polling for frames needs.
type UpdatesOptions struct {
	Hub        *live.Hub
	Addresses  *access.Addresses
	MaxWaiting int // requests of one address that wait; 0: 1,000
	MaxAll     int // of all together; 0: 20,000
	Refusals   *access.Refusals
	Now        func() time.Time
	Log        *slog.Logger
}

// updates is GET /updates?after=&endpoint=&wait=: the frames of the socket, by polling.
type updates struct {
	UpdatesOptions
	waiting *access.Quota
}

// NewUpdates returns GET /updates?after=&endpoint=&wait=: the frames of the socket, by polling.
// wait is a duration such as 25s, or seconds; it is cut to what proxies bear.
func NewUpdates(o UpdatesOptions) http.Handler {
	if o.MaxWaiting == 0 {
		o.MaxWaiting = socketsOfAddress
	}
	if o.MaxAll == 0 {
		o.MaxAll = socketsOfAll
	}
	return &updates{UpdatesOptions: o, waiting: access.NewQuota(o.MaxAll, o.MaxWaiting)}
}

func (u *updates) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := u.next(r)
	if err != nil {
		answerRefused(w, u.Log, u.Refusals, err)
		return
	}
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(payload)
}

// next returns the frame that r asks for.
func (u *updates) next(r *http.Request) ([]byte, error) {
	q := r.URL.Query()
	place, err := u.Hub.PositionAfter(q.Get("after"), hook.EndpointID(q.Get("endpoint")))
	if err != nil {
		return nil, err
	}
	wait, err := parseWait(q.Get("wait"))
	if err != nil {
		return nil, err
	}
	if q.Get("after") == "" {
		wait = 0 // it asks where the log stands
	}
	if wait > 0 {
		client := u.Addresses.Client(r, u.Now())
		if room := u.waiting.Take(client); room != access.HasRoom {
			return nil, &refusedError{tooManyWaiting, counted(tooManyWaiting, room), client.Address}
		}
		defer u.waiting.Give(client.Key)
	}
	payload, err := u.Hub.Poll(r.Context(), place, wait)
	if errors.Is(context.Cause(r.Context()), sessionEnded) { // whatever came meanwhile is not for who has left
		return nil, sessionEnded
	}
	return payload, err
}

var tooManyWaiting = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_waiting", RetryAfter: 5 * time.Second,
	Detail: "The limit of waiting requests is reached. Poll without wait, or try again after the time in Retry-After."}

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
			Detail: "wait is not a valid duration. Send one such as 25s.", Cause: err}
	}
	return min(wait, longestWait), nil
}
