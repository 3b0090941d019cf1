package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// Provider is one that Hookbeam understands, with what people need to set it up.
type Provider struct {
	ID          string    `json:"id" example:"stripe"`
	Name        string    `json:"name" example:"Stripe"`
	Category    string    `json:"category" enum:"general,payments,code,shops,chat,mail"`
	Steps       []string  `json:"steps" nullable:"false" doc:"How to set it up, in order."`
	Secret      KeyWords  `json:"secret" doc:"Which of the sender's keys is wanted."`
	Settings    []Setting `json:"settings" nullable:"false" doc:"Its other facts, in the order of asking."`
	SignsURL    bool      `json:"signs_address" doc:"The address is part of what it signs."`
	Ranges      []Range   `json:"ranges" nullable:"false" doc:"Where it sends from, as it publishes it."`
	SampleTypes []string  `json:"types" nullable:"false" doc:"Types of event that a sample can be sent of."`
}

// KeyWords say which of a sender's keys is wanted as the secret.
type KeyWords struct {
	Name string `json:"name" example:"Signing secret"`
	Hint string `json:"hint" example:"begins with whsec_"`
}

// Setting is one of a sender's other facts.
type Setting struct {
	Name     string `json:"name" example:"webhook_id" doc:"Its key in an endpoint's settings."`
	Label    string `json:"label" example:"Webhook id"`
	Hint     string `json:"hint"`
	Required bool   `json:"required"`
}

// Range is a set of addresses that a sender says it sends from.
type Range struct {
	Name   string   `json:"name"`
	Source string   `json:"source" format:"uri" doc:"Where it is published: it may change."`
	CIDRs  []string `json:"cidrs" nullable:"false" doc:"Empty where only the source is known."`
}

func (a *API) mountProviders(h huma.API) {
	register(a, h, a.call("GET /providers", "list-providers", "Whose webhooks are understood"), a.listProviders)
	register(a, h, a.call("POST /providers/{id}/check-secret", "check-secret",
		"Say whether a secret looks like one of this provider; nothing is kept"), a.checkSecret)
}

type providersOut struct {
	Body struct {
		Providers []Provider `json:"providers" nullable:"false"`
	}
}

func (a *API) listProviders(context.Context, *struct{}) (*providersOut, error) {
	out := &providersOut{}
	for _, p := range provider.All() {
		v := Provider{ID: p.ID, Name: p.Name, Category: p.Category, Steps: p.Steps, Secret: KeyWords{p.Secret.Name, p.Secret.Hint},
			Settings: []Setting{}, SignsURL: p.SignsAddress(), Ranges: []Range{}, SampleTypes: p.SampleTypes()}
		for _, s := range p.Settings {
			v.Settings = append(v.Settings, Setting(s))
		}
		for _, r := range p.Ranges {
			v.Ranges = append(v.Ranges, Range{r.Name, r.Source, append([]string{}, r.CIDRs...)})
		}
		out.Body.Providers = append(out.Body.Providers, v)
	}
	return out, nil
}

type checkSecretOut struct {
	Body struct {
		Complaint string `json:"complaint" doc:"Why it cannot be a secret of this provider, as a sentence; empty where it can."`
		Doubt     string `json:"doubt" doc:"What is odd about it, as a sentence; it is taken all the same."`
	}
}

func (a *API) checkSecret(_ context.Context, in *struct {
	ID   string `path:"id" maxLength:"40" doc:"The provider's id."`
	Body struct {
		Value string `json:"value" maxLength:"4096"`
	}
}) (*checkSecretOut, error) {
	p, known := provider.For(in.ID)
	if !known {
		return nil, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found", Detail: "There is no such provider. GET /providers lists them."}
	}
	out := &checkSecretOut{}
	if complaint := provider.CheckSecret(in.ID, in.Body.Value); complaint != "" {
		out.Body.Complaint = "This " + complaint
		return out, nil
	}
	out.Body.Doubt = p.Doubt(in.Body.Value)
	return out, nil
}
