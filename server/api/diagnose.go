package api

import (
	"context"

	"hookbeam/server/wire"
)

// diagnose explains why a delivery failed verification. It needs a session or a token. Errors: "not_found", "busy",
// and the error of a damaged record.
func (a *API) diagnose(ctx context.Context, in *deliveryID) (*struct{ Body wire.Diagnosis }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, diagnosisCost)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := a.Intake.Diagnose(&r, visible(ctx))
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.Diagnosis }{d.Wire()}, nil
}
