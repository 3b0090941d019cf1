package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mailgun is Mailgun.
//
// Signature: the member signature of the body has a timestamp, a token and their hex HMAC-SHA-256. Routes, which pass
// on inbound mail, and legacy webhooks send a form with the three as fields, in multipart if there are attachments. The
// key is the HTTP webhook signing key, which is not the API key.
//
// Event: event-data.id. Its timestamp is in seconds with a fraction. A form has no id but the token.
//
// Traps: the event itself is not signed. Who has one valid triple of timestamp, token and signature can send any event
// with it while the timestamp is within the tolerance; the dashboard therefore shows that the signature covers the time
// only. Of a form nothing else is read: it has the headers of an inbound mail as fields, whose names and values, such
// as the Message-Id, are chosen by whoever wrote the mail.
var mailgun = Provider{
	ID: "mailgun", Name: "Mailgun",
	Aliases: []string{"Sinch Mailgun"},
	Grade:   GradeB, Source: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
	Steps: []string{
		"In Mailgun open Sending, Webhooks, and enter this address for the events you need. To receive mail, " +
			"enter it as the destination of a route.",
		"Add the HTTP webhook signing key here (not the API key). It covers the time and a token, not the " +
			"event itself.",
	},
	Secret: SecretWords{Name: "HTTP webhook signing key", Hint: "from Sending, Webhooks",
		Not: []Lookalike{{"key-", "an API key"}, {"pubkey-", "a public key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("body:signature.signature"), Hash: "sha256",
			Covers:  hook.CoversTime,
			Message: signature.Message("{time}{body:signature.token}"),
			Time:    payload.Select("body:signature.timestamp"), Unit: time.Second},
			{At: payload.Select("form:signature"), Hash: "sha256", Covers: hook.CoversTime,
				Message: signature.Message("{time}{form:token}"),
				Time:    payload.Select("form:timestamp"), Unit: time.Second}},
	},
	Identity: Identity{
		Events: joins("body:event-data.id", "form:token"),
		Types:  payload.SelectAll("body:event-data.event"),
		Times:  payload.SelectAll("body:event-data.timestamp", "form:timestamp"),
	},
}
