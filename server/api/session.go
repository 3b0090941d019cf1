package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// downloadTime is how long a body may take on its way to a slow reader.
const downloadTime = 5 * time.Minute

type sessionOut struct{ Body wire.Session }

func (a *API) mountSession(h huma.API) {
	register(a, h, a.call("GET /session", "get-session", "Get the session",
		"Returns who is logged in, and the server's version."), a.getSession)
	register(a, h, a.call("DELETE /session", "delete-session", "Log out",
		"Ends the session and everything that it has open. A token is not affected."), a.endSession)
}

func (a *API) getSession(ctx context.Context, _ *struct{}) (*sessionOut, error) {
	w := who(ctx)
	out := &sessionOut{}
	out.Body.Login, out.Body.Version = w.Login, a.version
	if !w.Expires.IsZero() {
		out.Body.ExpiresAt = &hook.Time{Time: w.Expires}
	}
	return out, nil
}

func (a *API) endSession(ctx context.Context, _ *struct{}) (*struct{}, error) {
	v, ok := ctx.Value(requestMetaKey{}).(requestMeta)
	if !ok {
		return nil, nil
	}
	return nil, a.Gate.Sessions.End(v.w, v.r)
}
