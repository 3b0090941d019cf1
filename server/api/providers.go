package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/recognize"
	"hookbeam/server/sample"
	"hookbeam/server/wire"
)

// mountProviders mounts the calls about providers, which the dashboard uses to set up an endpoint. They need a
// session or a token. An unknown provider answers "not_found".
func (a *API) mountProviders(h huma.API) {
	register(a, h, a.call("GET /providers", "list-providers", "List providers",
		"Returns the senders that Hookbeam supports, with the steps to set each up."), a.listProviders)
	register(a, h, a.call("POST /providers/{id}/check-secret", "check-secret", "Check a secret",
		"Says what saving this secret would say: an error if it could not be saved, and the doubts that the endpoint "+
			"would have about it. The secret is not stored."), a.checkSecret)
	register(a, h, a.call("POST /providers/identify", "identify-provider", "Name the sender of a request",
		"Ranks the senders that a pasted request may be from. The text may be a raw HTTP request, a curl command, "+
			"headers as lines, a logged JSON object with headers, names of headers, or a body. It is not stored, and "+
			"nothing is verified."), a.identify)
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
		ID: p.ID, Name: p.Name, Aliases: append([]string{}, p.Aliases...), Category: p.Category,
		Grade: string(p.Grade), GradeNote: p.Grade.Note(), Source: p.Source, Steps: p.Steps,
		Secret: wire.SecretHelp{Name: p.Secret.Name, Hint: p.Secret.Hint}, Settings: []wire.ProviderSetting{},
		SignsURL: signsURL, Ranges: []wire.IPRange{}, SampleTypes: types, SignsAddress: signsURL, Types: types,
		Flows: []wire.Flow{}, Replaces: []wire.ProviderAlias{},
		Tolerance: hook.FormatDuration(provider.ToleranceOf(p.ID)),
	}
	for _, f := range sample.Flows(p) {
		v.Flows = append(v.Flows, wire.Flow(f))
	}
	for _, s := range p.Settings {
		v.Settings = append(v.Settings, wire.ProviderSetting{Name: s.Name, Label: s.Label, Hint: s.Hint,
			Required: s.Required, Advanced: s.Advanced, Secret: s.Secret, Choices: s.Choices, Default: s.Default})
	}
	for _, a := range provider.Aliases(p.ID) {
		v.Replaces = append(v.Replaces, newAlias(p, &a))
	}
	for _, r := range p.Ranges {
		v.Ranges = append(v.Ranges,
			wire.IPRange{Name: r.Name, Source: r.Source, CIDRs: append([]string{}, r.CIDRs...)})
	}
	return v
}

// IdentifyRequest is the body of POST /providers/identify.
type IdentifyRequest struct {
	Text string `json:"text" maxLength:"65536" doc:"The request, at most 64 KiB."`
}

// identify names the senders that a pasted request may be from.
func (a *API) identify(_ context.Context, in *struct{ Body IdentifyRequest }) (*struct{ Body wire.Candidates }, error) {
	r, err := recognize.Parse([]byte(in.Body.Text))
	if err != nil {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: recognize.Sentence(err)}
	}
	return &struct{ Body wire.Candidates }{recognize.Wire(recognize.Senders(r))}, nil
}

// newAlias returns an alias of p with the defaults that differ.
func newAlias(p, alias *provider.Provider) wire.ProviderAlias {
	v := wire.ProviderAlias{ID: alias.ID, Settings: map[string]string{}, SampleTypes: sample.Types(alias)}
	for _, s := range alias.Settings {
		if !slices.ContainsFunc(p.Settings, func(o provider.Setting) bool {
			return o.Name == s.Name && o.Default == s.Default
		}) {
			v.Settings[s.Name] = s.Default
		}
	}
	return v
}

// CheckSecretRequest is the body of POST /providers/{id}/check-secret.
type CheckSecretRequest struct {
	Value    string            `json:"value" maxLength:"4096" doc:"The secret."`
	Settings map[string]string `json:"settings,omitempty" doc:"The endpoint's settings, where the form of the secret depends on them."`
}

// checkSecret says what the answer to saving a secret would say about it. A secret with an error could not be saved;
// one with doubts could.
func (a *API) checkSecret(_ context.Context, in *struct {
	ID   string `path:"id" maxLength:"40" doc:"The provider's id."`
	Body CheckSecretRequest
}) (*struct{ Body wire.SecretCheck }, error) {
	if _, known := provider.For(in.ID); !known {
		return nil, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This provider does not exist. GET /providers lists all providers."}
	}
	found := provider.CheckSecret(&hook.Endpoint{Provider: in.ID, Settings: in.Body.Settings}, in.Body.Value)
	check := wire.SecretCheck{Weak: found.Weak, Doubts: doubtsOf(found)}
	if found.Refusal != "" {
		check.Error = "This secret " + found.Refusal
	}
	for _, d := range check.Doubts {
		check.Warning = strings.TrimSpace(check.Warning + " " + d.Detail)
	}
	check.Complaint, check.Doubt = check.Error, check.Warning
	return &struct{ Body wire.SecretCheck }{check}, nil
}

// doubtsOf returns the doubts about a secret as clients see them. It is never nil.
func doubtsOf(c provider.SecretCheck) []wire.SecretDoubt {
	doubts := make([]wire.SecretDoubt, len(c.Doubts))
	for i, d := range c.Doubts {
		doubts[i] = wire.SecretDoubt{Code: d.Code, Detail: d.Text}
	}
	return doubts
}
