package api

import (
	"context"

	"hookbeam/server/provider"
)

type diagnosisOut struct{ Body provider.Diagnosis }

func (a *API) diagnose(ctx context.Context, in *deliveryID) (*diagnosisOut, error) {
	r, err := a.Store.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.Intake.Diagnose(&r)
	return &diagnosisOut{d}, err
}
