package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
)

func (a *API) mountStatuses(h huma.API) {
	register(a, h, a.call("GET /statuses", "list-statuses", "Where subjects stand, those that changed last first"), a.listStatuses)
	register(a, h, a.call("GET /statuses/counts", "count-statuses", "How many subjects stand where"), a.countStatuses)
	register(a, h, a.call("GET /statuses/{id}", "get-status", "One status with how it came there"), a.getStatus)
	rebuild := a.call("POST /statuses/rebuild", "rebuild-statuses", "Draw all statuses again from the log, beside what is shown")
	rebuild.DefaultStatus = http.StatusAccepted
	register(a, h, rebuild, a.rebuildStatuses)
}

// StatusSort is which statuses are meant. Its name is exported: huma passes over an embedded type whose name is not.
type StatusSort struct {
	Kind     hook.SubjectKind `query:"kind" enum:"payment,order,run,deployment,own" doc:"Only those of this kind."`
	Endpoint hook.EndpointID  `query:"endpoint" maxLength:"40" doc:"Only those that this endpoint tells of."`
	Mode     string           `query:"mode" enum:"live,test" doc:"Only real ones, or only tests."`
}

type statusesIn struct {
	StatusSort
	State  hook.State `query:"state" maxLength:"60" doc:"Only those that stand here." example:"paid"`
	Words  string     `query:"q" maxLength:"200" doc:"Words that are in a name, the reference, the title or the customer's mail address, or an amount such as 49.00; all must be there."`
	Before string     `query:"before" maxLength:"80" doc:"Where a page begins: next of the page before it."`
	Limit  int        `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Statuses on a page, at most."`
}

type statusesOut struct {
	Body struct {
		Statuses []hook.Status `json:"statuses" nullable:"false" doc:"Those that changed last first. A page may be shorter than limit and still have next."`
		Next     string        `json:"next,omitempty" doc:"Opaque; goes into before. Absent where there is nothing older."`
	}
}

func (s StatusSort) filter() hook.StatusFilter {
	return hook.StatusFilter{Kind: s.Kind, Endpoint: s.Endpoint, Mode: s.Mode}
}

func (a *API) listStatuses(ctx context.Context, in *statusesIn) (*statusesOut, error) {
	f := in.filter()
	f.State, f.Words = in.State, in.Words
	out := &statusesOut{}
	var err error
	out.Body.Statuses, out.Body.Next, err = a.Board.Statuses(ctx, f, in.Before, in.Limit)
	return out, err
}

type countsOut struct {
	Body struct {
		Counts map[hook.State]int `json:"counts" doc:"By state; a state that nothing is in is left out." example:"{\"paid\":12}"`
	}
}

func (a *API) countStatuses(ctx context.Context, in *StatusSort) (*countsOut, error) {
	out := &countsOut{}
	var err error
	out.Body.Counts, err = a.Board.Counts(ctx, in.filter())
	return out, err
}

func (a *API) getStatus(ctx context.Context, in *struct {
	ID hook.StatusID `path:"id" maxLength:"40" doc:"The status's id, or one that it had before."`
}) (*struct{ Body hook.StatusDetail }, error) {
	detail, err := a.Board.Status(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body hook.StatusDetail }{detail}, nil
}

func (a *API) rebuildStatuses(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.Board.Rebuild(ctx)
}
