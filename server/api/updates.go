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

// maxWait limits the parameter wait. Proxies commonly close connections that are silent for a minute.
const maxWait = 55 * time.Second

// UpdatesOptions are what updates uses. All fields are required unless their comment says otherwise.
type UpdatesOptions struct {
	Hub        *live.Hub
	Addresses  *access.Addresses
	MaxWaiting int              // waiting requests of one address; 0: 1,000
	MaxAll     int              // waiting requests in total; 0: 20,000
	Refusals   *access.Refusals // nil: refused requests are not counted
	Now        func() time.Time
	Log        *slog.Logger
}

// Updates handles GET /updates?after=&endpoint=&wait=: the frames of the live connection, by polling. It
// responds with the next frame after the cursor. If there is nothing new, it waits for an update (long
// polling), at most for the duration wait, and then responds with an empty frame. The guard authenticates the caller;
// with a token that is limited to some endpoints, every update is checked against them.
//
// Errors: "cursor_unreadable", "invalid_request" for a wait that is not a duration, "too_many_waiting", and
// "unauthenticated" if the session or the token ends during the wait.
type Updates struct {
	UpdatesOptions
	waiting *access.Quota // requests that wait
}

// NewUpdates returns the handler of GET /updates. Package server creates one.
func NewUpdates(o UpdatesOptions) *Updates {
	if o.MaxWaiting == 0 {
		o.MaxWaiting = socketsPerAddress
	}
	if o.MaxAll == 0 {
		o.MaxAll = socketsInTotal
	}
	return &Updates{UpdatesOptions: o, waiting: access.NewQuota(o.MaxAll, o.MaxWaiting)}
}

func (u *Updates) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	payload, err := u.next(r)
	if err != nil {
		writeRefused(w, u.Log, u.Refusals, err)
		return
	}
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(payload)
}

// next returns the frame that r asks for, as JSON.
func (u *Updates) next(r *http.Request) ([]byte, error) {
	q := r.URL.Query()
	position, err := u.Hub.PositionAmong(q.Get("after"), hook.EndpointID(q.Get("endpoint")),
		visible(r.Context()))
	if err != nil {
		return nil, err
	}
	wait, err := parseWait(q.Get("wait"))
	if err != nil {
		return nil, err
	}
	if q.Get("after") == "" {
		wait = 0 // the client asks for the current cursor
	}
	if wait > 0 {
		client := u.Addresses.Client(r, u.Now())
		if room := u.waiting.Take(client); room != access.HasRoom {
			return nil, &refusedError{tooManyWaiting, refusalCode(tooManyWaiting, room), client.Address}
		}
		defer u.waiting.Give(client.Key)
	}
	payload, err := u.Hub.Poll(r.Context(), position, wait)
	if errors.Is(context.Cause(r.Context()), sessionEnded) { // do not return what arrived after the logout
		return nil, sessionEnded
	}
	return payload, err
}

// Waiting returns how many requests wait for an update.
func (u *Updates) Waiting() int { return u.waiting.Held() }

// tooManyWaiting is the error of a request that would wait over one of the limits. Without wait it would succeed.
var tooManyWaiting = &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_waiting", RetryAfter: 5 * time.Second,
	Detail: "The limit of waiting requests is reached. Poll without wait, or try again after the time in Retry-After."}

// parseWait reads the parameter wait: a duration such as "25s", or a number of seconds. Empty is 0. Values over
// maxWait are reduced to it.
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
	return min(wait, maxWait), nil
}
