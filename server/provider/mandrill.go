package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mandrill is Mailchimp Transactional, formerly Mandrill.
//
// Signature: X-Mandrill-Signature is the base64 HMAC-SHA-1 of the URL and then each form field's name and value, sorted
// by name. The key is the webhook's key, as text.
//
// Event: the field mandrill_events is a JSON list of events. _id, event and ts identify one, since several events of a
// message share its _id.
//
// Traps: the signed URL is the one registered at Mailchimp; behind a proxy it must be set as signed_url. When the
// webhook is added, Mailchimp sends a HEAD request and expects 200.
var mandrill = Provider{
	ID: "mandrill", Name: "Mailchimp Transactional (Mandrill)",
	Aliases: []string{"Mailchimp Transactional"},
	Grade:   GradeB, Source: "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
	Steps: []string{
		"In Mailchimp Transactional open Settings, Webhooks, and add this address with the events you " +
			"need. Mailchimp first sends a test request, and this server answers it.",
		"Copy the webhook's key from there and add it here.",
		"If you registered another address at Mailchimp, set signed_url to it: it is part of the signature.",
	},
	Secret: SecretWords{Name: "Webhook key", Hint: "shown next to the webhook",
		Not: []Lookalike{{"md-", "an API key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Mandrill-Signature"), Hash: "sha1",
			Encoding: signature.Base64, Message: signature.Message("{url}{form}")}},
		Batch: &payload.Batch{Field: "mandrill_events"},
	},
	Identity: Identity{
		Events: joins("item:_id+item:event+item:ts"),
		Types:  payload.SelectAll("item:event"),
		Times:  payload.SelectAll("item:ts"),
	},
	Challenges: []challenge.Challenge{{Methods: []string{"HEAD"}}},
}
