package api

import (
	"context"

	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/sample"
	"hookbeam/server/wire"
)

// CreateSampleRequest is the optional body of POST /endpoints/{id}/sample. It asks for one event of a type, or for one
// step of a flow.
type CreateSampleRequest struct {
	Type string            `json:"type,omitempty" maxLength:"200" example:"payment_intent.succeeded" doc:"One of the provider's sample_types; default: its first."`
	Set  map[string]string `json:"set,omitempty" maxProperties:"50" doc:"Values to change: by path in a JSON body (a value that is valid JSON is set as such, any other as a string), by name in a form or XML body."`

	Flow      string `json:"flow,omitempty" maxLength:"40" example:"paid" doc:"One of the provider's flows, instead of type and set: the sample is one step of it."`
	Step      int    `json:"step,omitempty" minimum:"0" maximum:"99" doc:"Which step of the flow; the first is 0."`
	Run       string `json:"run,omitempty" maxLength:"64" doc:"Any text that names the payment. Steps with the same text are about the same payment; without one, each step is about its own."`
	Reference string `json:"reference,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9._#/-]*$" patternDescription:"letters, digits and ._#/-" example:"10-4471" doc:"The shop's own number of the order; default: one that belongs to run."`
	Amount    int64  `json:"amount,omitempty" minimum:"2" maximum:"99999999999" doc:"The amount in minor units; default: what is usual for the provider."`
	Currency  string `json:"currency,omitempty" minLength:"3" maxLength:"3" example:"EUR" doc:"ISO 4217, in upper case; default: what is usual for the provider."`
}

// sendSample delivers a sample. Errors besides those of all endpoint calls: "unknown_type" and "cannot_set", and with a
// flow "unknown_flow", "unknown_step", "wrong_currency" and "flow_or_type".
func (a *API) sendSample(_ context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body *CreateSampleRequest
}) (*struct{ Body wire.StoredSample }, error) {
	want := CreateSampleRequest{}
	if in.Body != nil {
		want = *in.Body
	}
	if want.Flow == "" {
		id, seq, err := a.Intake.Sample(in.ID, intake.SampleRequest{Type: want.Type, Set: want.Set})
		return &struct{ Body wire.StoredSample }{wire.StoredSample{ID: id, Seq: seq}}, err
	}
	if want.Type != "" || len(want.Set) > 0 {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "flow_or_type",
			Detail: "Send either flow, or type and set: a flow decides the types of its events."}
	}
	played, err := a.Intake.PlayStep(in.ID, intake.FlowStep{
		Flow: want.Flow, Run: want.Run, Step: want.Step,
		Terms: sample.Terms{Reference: want.Reference, Amount: want.Amount, Currency: want.Currency},
	})
	return &struct{ Body wire.StoredSample }{wire.StoredSample(played)}, err
}
