package intake

import (
	"fmt"

	"hookbeam/server/diagnose"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// Diagnose explains a delivery's verdict from the stored record and the configuration of all endpoints; those that did
// not receive it are compared because a sender may use another endpoint's secret. The endpoint that received it may be
// deleted. It makes no request: a certificate that is not stored counts as unavailable. The error says that the
// endpoint or its provider does not exist.
func (in *Intake) Diagnose(r *hook.Record, among *hook.EndpointSet) (diagnose.Diagnosis, error) {
	e, ok := in.endpoints.Known(r.Endpoint)
	p, known := provider.For(e.Provider)
	if !ok || !known {
		return diagnose.Diagnosis{}, fmt.Errorf("diagnose delivery %d: its endpoint does not exist", r.Seq)
	}
	c := diagnose.Case{Record: r, Endpoint: &e,
		Context: signature.ReceiveContext{At: r.ReceivedAt.Time, URL: in.address(e.Slug), Certificates: in.kept}}
	for _, o := range in.endpoints.List() {
		if o.ID != e.ID && among.Has(o.ID) {
			c.Others = append(c.Others, diagnose.Known{Endpoint: &o, URL: in.address(o.Slug)})
		}
	}
	return diagnose.Run(p, c), nil
}
