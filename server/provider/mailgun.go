package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mailgun is Mailgun: how it signs, and what its deliveries say. Mailgun signs a time and a token, both
// in the body, and not the event itself:
// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
var mailgun = Provider{
	ID: "mailgun", Name: "Mailgun",
	Steps: []string{
		"In Mailgun open Sending, Webhooks, and enter this address for the events you need.",
		"Add the HTTP webhook signing key here (not the API key). It covers the time and a token, not the " +
			"event itself.",
	},
	Secret: SecretWords{Name: "HTTP webhook signing key", Hint: "from Sending, Webhooks",
		Not: []Lookalike{{"key-", "an API key"}, {"pubkey-", "a public key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("body:signature.signature"), Hash: "sha256",
			Covers:  hook.CoversTime,
			Message: signature.Message("{time}{body:signature.token}"),
			Time:    payload.Select("body:signature.timestamp"), Unit: time.Second}},
	},
	Identity: Identity{
		Events: joins("body:event-data.id"),
		Types:  payload.SelectAll("body:event-data.event"),
		Times:  payload.SelectAll("body:event-data.timestamp"),
	},
}
