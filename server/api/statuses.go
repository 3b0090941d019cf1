package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// mountStatuses mounts the calls that read statuses. They need a session or a token. An unknown id answers
// "not_found", an unreadable before "invalid_request".
func (a *API) mountStatuses(h huma.API) {
	register(a, h, a.call("GET /statuses", "list-statuses", "List statuses",
		"Returns the current state of payments, orders and other subjects, most recently changed first. Payments "+
			"that an order lists are left out, except from searches: get the order for them."),
		a.listStatuses)
	register(a, h, a.call("GET /statuses/counts", "count-statuses", "Count statuses",
		"Returns how many subjects are in each state, and how many need review. Payments that an order lists are left "+
			"out, as in lists."), a.countStatuses)
	register(a, h, a.call("GET /statuses/{id}", "get-status", "Get a status",
		"Returns one status with its history: the changes of state, what each event did, and when status pages "+
			"showed it."), a.getStatus)
	register(a, h, a.call("POST /statuses/{id}/review", "review-status", "Review a status",
		"Notes that you looked at a payment or order that needs review. It needs another review if another reason is "+
			"added later. Nothing changes at the provider."), a.reviewStatus)
	rebuild := a.call("POST /statuses/rebuild", "rebuild-statuses", "Rebuild all statuses",
		"Computes all statuses again from the log, in the background. The current ones are shown until it is done; "+
			"then readers of the live connection get an update of kind statuses.")
	rebuild.DefaultStatus = http.StatusAccepted
	register(a, h, rebuild, a.rebuildStatuses)
}

// StatusSort has the query parameters that listing and counting statuses share. It is exported because huma ignores
// embedded types that are not.
type StatusSort struct {
	Kind     hook.SubjectKind `query:"kind" enum:"payment,order,run,deployment,own" doc:"Only subjects of this kind."`
	Endpoint hook.EndpointID  `query:"endpoint" maxLength:"40" doc:"Only subjects of this endpoint."`
	Mode     string           `query:"mode" enum:"live,test" doc:"Only live or only test subjects."`
}

// statusesIn has the query parameters of listStatuses.
type statusesIn struct {
	StatusSort
	State  hook.State  `query:"state" maxLength:"60" doc:"Only subjects in this state." example:"paid"`
	Review hook.Review `query:"review" maxLength:"40" doc:"Only those that a person should look at, for this reason; any: for any reason." example:"paid_twice"`
	Words  string      `query:"q" maxLength:"200" doc:"Words in an alias, the reference, the title or the customer's email address, or an amount such as 49.00. All must match."`
	Before string      `query:"before" maxLength:"80" doc:"next of the previous page."`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of statuses in a page."`
}

type statusesOut struct{ Body wire.StatusList }

func (s StatusSort) filter(ctx context.Context) hook.StatusFilter {
	return hook.StatusFilter{Kind: s.Kind, Endpoint: s.Endpoint, Among: visible(ctx), Mode: s.Mode}
}

// listStatuses returns a page. Unlike the cursors of deliveries, before is an opaque string of the status store.
func (a *API) listStatuses(ctx context.Context, in *statusesIn) (*statusesOut, error) {
	f := in.filter(ctx)
	f.State, f.Review, f.Words = in.State, in.Review, in.Words
	page, next, err := a.Statuses.Statuses(ctx, f, in.Before, in.Limit)
	return &statusesOut{wire.StatusList{Statuses: wire.NewStatuses(page), Next: next}}, err
}

type countsOut struct{ Body wire.StatusCounts }

func (a *API) countStatuses(ctx context.Context, in *StatusSort) (*countsOut, error) {
	counts, err := a.Statuses.Counts(ctx, in.filter(ctx))
	return &countsOut{wire.NewStatusCounts(&counts)}, err
}

func (a *API) getStatus(ctx context.Context, in *struct {
	ID hook.StatusID `path:"id" maxLength:"40" doc:"The status's id, or one that it had before."`
}) (*struct{ Body wire.StatusDetail }, error) {
	detail, err := a.status(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.StatusDetail }{wire.NewStatusDetail(&detail)}, nil
}

// status returns a status. One of an endpoint that the caller may not see gets the error for one that does not exist.
func (a *API) status(ctx context.Context, id hook.StatusID) (hook.StatusDetail, error) {
	detail, err := a.Statuses.Status(ctx, id)
	if err == nil && !visible(ctx).Has(detail.Endpoint) {
		return a.Statuses.Status(ctx, "") // no status has this id
	}
	return detail, err
}

// ReviewStatusRequest is the body of reviewStatus.
type ReviewStatusRequest struct {
	Cleared bool   `json:"cleared" doc:"true: it needs no review for its current reasons. false: it does again."`
	Note    string `json:"note,omitempty" maxLength:"500" doc:"What you found, for others."`
}

// reviewStatus notes that the caller looked at a status.
func (a *API) reviewStatus(ctx context.Context, in *struct {
	ID   hook.StatusID `path:"id" maxLength:"40" doc:"The status's id."`
	Body ReviewStatusRequest
}) (*struct{ Body wire.StatusDetail }, error) {
	if _, err := a.status(ctx, in.ID); err != nil {
		return nil, err
	}
	by := caller(ctx).Login
	detail, err := a.Reviews.Review(ctx, in.ID, in.Body.Cleared, by, in.Body.Note)
	if err != nil {
		return nil, err
	}
	a.Log.InfoContext(ctx, "status reviewed", "status", in.ID, "cleared", in.Body.Cleared, "actor", by)
	return &struct{ Body wire.StatusDetail }{wire.NewStatusDetail(&detail)}, nil
}

// rebuildStatuses requests a rebuild and does not wait for it.
func (a *API) rebuildStatuses(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, a.Rebuilds.RequestRebuild(ctx)
}
