package api

import (
	"context"

	"hookbeam/server/provider"
)

type diagnosisOut struct{ Body provider.Diagnosis }

func (a *API) diagnose(ctx context.Context, in *deliveryID) (*diagnosisOut, error) {
	r, done, err := a.loaded(ctx, in.ID, diagnosisTakes)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := a.Intake.Diagnose(&r)
	return &diagnosisOut{d}, err
}
