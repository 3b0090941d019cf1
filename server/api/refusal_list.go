package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// mountRefusals mounts the call that lists what was refused at the door. It needs a session or a token.
func (a *API) mountRefusals(h huma.API) {
	register(a, h, a.call("GET /refusals", "list-refusals", "List refused requests",
		"Returns the most recent requests to webhook URLs that were refused before anything of them was stored, such "+
			"as those with a body over the limit. They are not deliveries: only a few facts are kept, in memory. A "+
			"delivery that fails verification is stored, and is not listed here."), a.listRefusals)
}

type refusalsIn struct {
	Endpoint hook.EndpointID `query:"endpoint" maxLength:"40" doc:"Only requests to this endpoint. Without it: all, including those to URLs that no endpoint has."`
}

type refusalsOut struct{ Body wire.RefusalList }

// listRefusals returns the refusals of one endpoint, of all that the caller may see, or of all together with those that
// no endpoint has. The counts are those of the whole server, so only who may see all of it gets them.
func (a *API) listRefusals(ctx context.Context, in *refusalsIn) (*refusalsOut, error) {
	var kept []access.Refusal
	among := visible(ctx)
	switch {
	case in.Endpoint != "":
		if err := a.mustSee(caller(ctx), in.Endpoint); err != nil {
			return nil, err
		}
		if _, err := a.Endpoints.Get(in.Endpoint); err != nil {
			return nil, err
		}
		kept = a.RefusalList.Newest(string(in.Endpoint))
	case among != nil:
		for _, id := range among.IDs() {
			kept = append(kept, a.RefusalList.Newest(string(id))...)
		}
		slices.SortStableFunc(kept, func(x, y access.Refusal) int { return y.At.Compare(x.At) })
	default:
		kept = a.RefusalList.NewestOfAll()
	}
	out := &refusalsOut{}
	out.Body.Since, out.Body.Counts = hook.Time{Time: a.RefusalList.Since()}, map[string]int64{}
	if among == nil {
		out.Body.Counts = a.RefusalList.Counts()
	}
	out.Body.Refusals = make([]wire.Refusal, len(kept))
	for i, f := range kept {
		out.Body.Refusals[i] = wire.Refusal{At: hook.Time{Time: f.At}, Endpoint: hook.EndpointID(f.Endpoint),
			Code: f.Code, Status: f.Status, Method: wire.PlainText(f.Method), Path: pathForm(&f), TailHash: f.Tail,
			Size: f.Size, Remote: f.Remote, UserAgent: wire.PlainText(f.UserAgent)}
	}
	return out, nil
}

// pathForm returns the form of the path and the query of a refused request: /…/…?…
func pathForm(f *access.Refusal) string {
	form := strings.Repeat("/…", min(f.Segments, 20))
	if f.Query && f.Endpoint != "" {
		form += "?…"
	}
	return form
}

// refuse writes the answer to a request of which nothing was stored, and notes it.
func (rc *Receive) refuse(w http.ResponseWriter, r *http.Request, remote string, err error) {
	rc.noteRefusal(r, remote, err)
	writeNoted(w, rc.Log, rc.Refusals, err)
}

// noteRefusal notes a refused request in the list. Errors that are the server's own fault are in its log instead.
func (rc *Receive) noteRefusal(r *http.Request, remote string, err error) {
	p, isProblem := errors.AsType[*hook.Problem](err)
	if rc.RefusalList == nil || !isProblem {
		return
	}
	// The kind and not the problem, whose Unwrap takes memory for each comparison.
	f := access.Refusal{Code: p.Code, Status: statusOf(p.Kind), Method: r.Method, Size: r.ContentLength, Remote: remote,
		UserAgent: r.UserAgent()}
	if refused, ok := err.(*refusedError); ok { //nolint:errorlint // never wrapped, and errors.AsType takes memory
		f.Code = refused.code
	}
	address, _, hasQuery := strings.Cut(access.OriginForm(r.RequestURI), "?")
	slug, path, _ := splitTarget(address)
	f.Query = hasQuery
	if endpoint, ok := rc.Endpoints.At(slug); ok {
		f.Endpoint, f.Segments = string(endpoint.ID), strings.Count(path, "/")
	} else {
		f.Tail = strings.TrimPrefix(address, receivePath)
	}
	rc.Traffic.Refused(hook.EndpointID(f.Endpoint), f.Code)
	rc.RefusalList.Note(&f)
}
