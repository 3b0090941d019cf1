package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/wire"
)

// mountProviders mounts the calls about providers, which the dashboard uses to set up an endpoint. They need a
// session or the administrator's token. An unknown provider answers "not_found".
func (a *API) mountProviders(h huma.API) {
	register(a, h, a.call("GET /providers", "list-providers", "List providers",
		"Returns the senders that Hookbeam supports, with the steps to set each up."), a.listProviders)
	register(a, h, a.call("POST /providers/{id}/check-secret", "check-secret", "Check a secret",
		"Checks whether a secret has the form that this provider uses. The secret is not stored."), a.checkSecret)
}

func (a *API) listProviders(context.Context, *struct{}) (*struct{ Body wire.ProviderList }, error) {
	list := []wire.Provider{}
	for _, p := range provider.All() {
		list = append(list, newProvider(&p))
	}
	return &struct{ Body wire.ProviderList }{wire.ProviderList{Providers: list}}, nil
}

// newProvider returns p as clients see it, including the deprecated names.
func newProvider(p *provider.Provider) wire.Provider {
	signsURL, types := p.Signature.SignsAddress(), sample.Types(p)
	v := wire.Provider{
		ID: p.ID, Name: p.Name, Category: p.Category, Steps: p.Steps,
		Secret: wire.SecretHelp{Name: p.Secret.Name, Hint: p.Secret.Hint}, Settings: []wire.ProviderSetting{},
		SignsURL: signsURL, Ranges: []wire.IPRange{}, SampleTypes: types, SignsAddress: signsURL, Types: types,
		Flows: []wire.Flow{},
	}
	for _, f := range sample.Flows(p) {
		v.Flows = append(v.Flows, wire.Flow(f))
	}
	for _, s := range p.Settings {
		v.Settings = append(v.Settings, wire.ProviderSetting(s))
	}
	for _, r := range p.Ranges {
		v.Ranges = append(v.Ranges,
			wire.IPRange{Name: r.Name, Source: r.Source, CIDRs: append([]string{}, r.CIDRs...)})
	}
	return v
}

// CheckSecretRequest is the body of POST /providers/{id}/check-secret.
type CheckSecretRequest struct {
	Value string `json:"value" maxLength:"4096" doc:"The secret."`
}

// checkSecret checks the form of a secret. A secret with an error could not be saved; one with a warning could.
func (a *API) checkSecret(_ context.Context, in *struct {
	ID   string `path:"id" maxLength:"40" doc:"The provider's id."`
	Body CheckSecretRequest
}) (*struct{ Body wire.SecretCheck }, error) {
	p, known := provider.For(in.ID)
	if !known {
		return nil, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This provider does not exist. GET /providers lists all providers."}
	}
	check := wire.SecretCheck{}
	if complaint := provider.CheckSecret(in.ID, in.Body.Value); complaint != "" {
		check.Error = "This " + complaint
	} else {
		check.Warning = p.Doubt(in.Body.Value)
	}
	check.Complaint, check.Doubt = check.Error, check.Warning
	return &struct{ Body wire.SecretCheck }{check}, nil
}
