package api

import (
	"context"

	"hookbeam/server/wire"
)

func (a *API) diagnose(ctx context.Context, in *deliveryID) (*struct{ Body wire.Diagnosis }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, diagnosisCost)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := a.Intake.Diagnose(&r)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.Diagnosis }{d.Wire()}, nil
}
