package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mailgun is Mailgun.
//
// Signature: the member signature of the body has a timestamp, a token and their hex HMAC-SHA-256. The key is the HTTP
// webhook signing key, which is not the API key.
//
// Event: event-data.id. Its timestamp is in seconds with a fraction.
//
// Traps: the event itself is not signed. Who has one valid triple of timestamp, token and signature can send any event
// with it while the timestamp is within the tolerance; the dashboard therefore shows that the signature covers the time
// only.
//
// Source: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
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
