package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/mapping"
)

func (a *API) mountMapping(h huma.API) {
	register(a, h, a.call("POST /endpoints/{id}/mapping/try", "try-mapping",
		"What a mapping would have made of the endpoint's past deliveries; nothing is changed"), a.tryMapping)
}

// The bounds of trying a mapping.
const (
	triedOn  = 1000 // deliveries
	triedFor = 5 * time.Second
)

// MappingTrial is what became of trying a mapping.
type MappingTrial struct {
	Mapping hook.Mapping `json:"mapping" doc:"What was tried: what was sent, or else a guess from the newest delivery, which may lack subject or state."`
	mapping.Trial
}

func (a *API) tryMapping(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body struct {
		Mapping orNull[hook.Mapping] `json:"mapping,omitempty" doc:"null, or left out: a guess from the newest delivery."`
	}
}) (*struct{ Body MappingTrial }, error) {
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	done, err := a.work.take(ctx, mappingTakes)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, end := context.WithTimeout(ctx, triedFor)
	defer end()
	out := &struct{ Body MappingTrial }{}
	if out.Body.Mapping, err = a.toTry(ctx, e.ID, in.Body.Mapping.value); err != nil {
		return nil, err
	}
	m, err := mapping.Compile(out.Body.Mapping)
	switch {
	case err != nil && in.Body.Mapping.value != nil:
		return nil, err
	case err != nil: // a guess that lacks what it needs
		out.Body.Trial = mapping.Untried()
		return out, nil
	}
	out.Body.Trial, err = m.Try(ctx, func(do func(*hook.Record) error) error {
		return a.Store.EachRecent(ctx, e.ID, triedOn, do)
	})
	return out, err
}

// toTry is the mapping that was sent, or a guess.
func (a *API) toTry(ctx context.Context, endpoint hook.EndpointID, sent *hook.Mapping) (hook.Mapping, error) {
	if sent != nil {
		return *sent, nil
	}
	guess := hook.Mapping{Kind: hook.KindOwn}
	err := a.Store.EachRecent(ctx, endpoint, 1, func(r *hook.Record) error {
		guess = mapping.Guess(r)
		return nil
	})
	return guess, err
}
