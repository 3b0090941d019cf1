package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// downloadTime limits the download of a body by a slow client.
const downloadTime = 5 * time.Minute

type sessionOut struct{ Body wire.Session }

// mountSession mounts the calls about the caller's session. They need a session or a token.
func (a *API) mountSession(h huma.API) {
	register(a, h, a.call("GET /session", "get-session", "Get the session",
		"Returns who is logged in, and the server's version."), a.getSession)
	register(a, h, a.call("DELETE /session", "delete-session", "Log out",
		"Ends the session and closes its live connections. A token is not affected."), a.endSession)
}

func (a *API) getSession(ctx context.Context, _ *struct{}) (*sessionOut, error) {
	w := caller(ctx)
	out := &sessionOut{}
	out.Body.Login, out.Body.Version = w.Login, a.version
	if !w.Expires.IsZero() {
		out.Body.ExpiresAt = &hook.Time{Time: w.Expires}
	}
	if t := w.Token; t != nil {
		out.Body.Token = &wire.SessionToken{ID: t.ID, Name: t.Name, Scopes: t.Scopes, Endpoints: t.Endpoints.IDs()}
	}
	return out, nil
}

// endSession ends the session of the request's cookie. Its WebSockets and polls end at the same time: see guard
// and Live.
func (a *API) endSession(ctx context.Context, _ *struct{}) (*struct{}, error) {
	v, ok := ctx.Value(requestMetaKey{}).(requestMeta)
	if !ok {
		return nil, nil
	}
	return nil, a.Gate.Sessions.End(v.w, v.r)
}
