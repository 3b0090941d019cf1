package provider

import (
	"time"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// standardWebhooks is a specification that many senders follow.
//
// Signature: Webhook-Signature is a list of "version,signature" with spaces between. v1 is the base64 HMAC-SHA-256 of
// "id.time.body", and its key is what follows whsec_, decoded from base64. v1a is Ed25519 over the same text with a
// public key whpk_…. While a key is rotated there are several signatures.
//
// Event: the header Webhook-Id. A retry keeps it, and has a new Webhook-Timestamp and signature.
//
// Traps: Stripe's secrets start with whsec_ as well, and are used without decoding. The specification's own Go library
// checks v1 only.
var standardWebhooks = Provider{
	ID: "standard-webhooks", Name: "Standard Webhooks",
	Aliases: []string{"webhook-signature"},
	Grade:   GradeA, Source: "https://www.standardwebhooks.com",
	Steps: []string{
		"Register this address at the sender.",
		"Add the secret that the sender shows: whsec_… for v1, or the public key whpk_… for v1a.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "begins with whsec_, or whpk_ for a public key", Begins: "whsec_",
		Not: []Lookalike{{"whsk_", "a private key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:Webhook-Signature"), Format: signature.List, Prefix: "v1", Hash: "sha256",
				Encoding: signature.Base64, Key: signature.FromWhsec,
				Message: signature.Message("{header:Webhook-Id}.{time}.{body}"),
				Time:    payload.Select("header:Webhook-Timestamp"), Unit: time.Second},
			{Kind: signature.Ed25519, At: payload.Select("header:Webhook-Signature"), Format: signature.List,
				Prefix: "v1a", Encoding: signature.Base64, Key: signature.FromWhpk,
				Message: signature.Message("{header:Webhook-Id}.{time}.{body}"),
				Time:    payload.Select("header:Webhook-Timestamp"), Unit: time.Second},
		},
		Secrets: signature.SecretRule{Shape: "whsec_ followed by base64, or a public key whpk_…"},
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id"),
		Types:  payload.SelectAll("body:type"),
		Times:  payload.SelectAll("body:timestamp"),
	},
}
