package provider

import (
	"time"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// svix is Svix, which sends webhooks on behalf of many services.
//
// Signature: the scheme v1 of Standard Webhooks, under the headers Svix-Id, Svix-Timestamp and Svix-Signature or under
// Webhook-*. A request is checked with the headers of one family; they are never mixed. The key is what follows whsec_,
// decoded from base64.
//
// Event: the header Svix-Id, which a retry keeps.
//
// Traps: the type is at the place that the service chose, mostly the member type.
var svix = Provider{
	ID: "svix", Name: "Svix",
	Aliases: []string{"Clerk", "Resend"},
	Grade:   GradeA, Source: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
	Steps: []string{
		"Register this address as an endpoint at the sender that uses Svix.",
		"Open the endpoint there, reveal its signing secret (whsec_…) and add it here.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "begins with whsec_", Begins: "whsec_",
		Not: []Lookalike{{"sk_", "an API key"}, {"testsk_", "an API key"}}},
	Ranges: []Range{
		{Name: "Svix", Source: "https://docs.svix.com/webhook-ips.json"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:Svix-Signature"), Format: signature.List, Prefix: "v1", Hash: "sha256",
				Encoding: signature.Base64, Key: signature.FromWhsec,
				Message: signature.Message("{header:Svix-Id}.{time}.{body}"),
				Time:    payload.Select("header:Svix-Timestamp"), Unit: time.Second},
			{At: payload.Select("header:Webhook-Signature"), Format: signature.List, Prefix: "v1", Hash: "sha256",
				Encoding: signature.Base64, Key: signature.FromWhsec,
				Message: signature.Message("{header:Webhook-Id}.{time}.{body}"),
				Time:    payload.Select("header:Webhook-Timestamp"), Unit: time.Second},
		},
		Secrets: signature.SecretRule{Shape: "whsec_ followed by base64"},
	},
	Identity: Identity{
		Events: joins("header:Svix-Id", "header:Webhook-Id"),
		Types:  payload.SelectAll("body:type", "body:event_type"),
		Times:  payload.SelectAll("body:timestamp"),
	},
}
