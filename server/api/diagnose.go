package api

import (
	"context"
	"fmt"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

type diagnosisOut struct{ Body provider.Diagnosis }

// diagnose explains a delivery's verdict from what is stored of it and what is known of all endpoints.
func (a *API) diagnose(ctx context.Context, in *deliveryID) (*diagnosisOut, error) {
	r, err := a.Store.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e, ok := a.Endpoints.Known(r.Endpoint)
	p, known := provider.For(e.Provider)
	if !ok || !known {
		return nil, fmt.Errorf("delivery %d: its endpoint is not known", r.Seq)
	}
	c := provider.Case{Record: &r, Endpoint: &e, Receipt: provider.Receipt{At: r.ReceivedAt.Time, URL: a.address(e)}}
	for _, o := range a.Endpoints.List() {
		if o.ID != e.ID {
			c.Others = append(c.Others, provider.Known{Endpoint: &o, URL: a.address(o)})
		}
	}
	return &diagnosisOut{p.Diagnose(c)}, nil
}

func (a *API) address(e hook.Endpoint) string { return a.Site.URL("in/" + e.Slug) }
