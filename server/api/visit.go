package api

import (
	"context"
	"net/url"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

// confirmAddress returns the address that a delivery asks to visit; "" if there is none, or if the endpoint was
// deleted.
func (a *API) confirmAddress(r *hook.Record) string {
	e, err := a.Endpoints.Get(r.Endpoint)
	if err != nil {
		return ""
	}
	p, known := provider.For(e.Provider)
	if !known {
		return ""
	}
	return p.ConfirmAddress(&e, r)
}

// noConfirmation is the problem of a delivery that asks for no visit.
var noConfirmation = &hook.Problem{Kind: hook.ErrConflict, Code: "no_confirmation",
	Detail: "This delivery asks for no confirmation, or it is not verified. Look at confirm_url of the delivery first."}

// visit visits the address that a delivery asks to visit. It needs a session or a token: nothing that a sender does
// has an address visited.
func (a *API) visit(ctx context.Context, in *deliveryID) (*struct{ Body wire.Visit }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, 0)
	if err != nil {
		return nil, err
	}
	defer done()
	address := a.confirmAddress(&r)
	if address == "" || a.Visitor == nil {
		return nil, noConfirmation
	}
	status, err := a.Visitor.Visit(ctx, address)
	if err != nil {
		return nil, &hook.Problem{Kind: hook.ErrUnavailable, Code: "visit_failed", Cause: err,
			Detail: "The address could not be reached from this server. Open it in a browser instead."}
	}
	out := &struct{ Body wire.Visit }{wire.Visit{Status: status}}
	if u, err := url.Parse(address); err == nil {
		out.Body.Host = u.Hostname()
	}
	return out, nil
}
