package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mandrill is Mailchimp Transactional (Mandrill): how it signs, and what its deliveries say. Mailchimp
// Transactional signs the address and the fields of a form with HMAC-SHA-1. The form has a batch of
// events as JSON: https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/
var mandrill = Provider{
	ID: "mandrill", Name: "Mailchimp Transactional (Mandrill)",
	Steps: []string{
		"In Mailchimp Transactional open Settings, Webhooks, and add this address with the events you " +
			"need: it is asked whether it is there, which is answered.",
		"Copy the webhook's key from there and add it here.",
		"If Mailchimp knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
	},
	Secret: SecretWords{Name: "Webhook key", Hint: "beside the webhook", Not: []Lookalike{{"md-", "an API key"}}},
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
	UnsignedChallenge: mandrillKnock,
}

// mandrillKnock answers the HEAD that asks the same.
func mandrillKnock(q *signature.Request) (signature.Result, bool) {
	if q.Record.Method != "HEAD" {
		return signature.Result{}, false
	}
	return answered(here())
}
