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
	v := wire.Diagnosis{Genuine: d.Genuine, Cause: d.Cause, Summary: d.Summary, Tried: d.Tried,
		Findings: []wire.DiagnosisFinding{}}
	for _, f := range d.Findings {
		v.Findings = append(v.Findings, wire.DiagnosisFinding{Cause: f.Cause, Summary: f.Summary, Fix: f.Fix,
			Endpoint: f.Endpoint, Secret: f.Secret})
	}
	return &struct{ Body wire.Diagnosis }{v}, nil
}
