package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mailchimp is Mailchimp (Marketing): how it signs, and what its deliveries say. Mailchimp signs
// nothing: the secret is a part of the address. It sends forms:
// https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/
var mailchimp = Provider{
	ID: "mailchimp", Name: "Mailchimp (Marketing)",
	Steps: []string{
		"Choose a long secret, add it here, and put it behind this address as ?secret=…: Mailchimp signs nothing.",
		"In Mailchimp open Audience, Settings, Webhooks, and enter the address with the secret.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one behind ?secret= in the address"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("query:secret")}},
	},
	Identity: Identity{
		Events:  joins("form:type+form:fired_at+form:data[id]+form:data[list_id]"),
		Types:   payload.SelectAll("form:type"),
		Times:   payload.SelectAll("form:fired_at"),
		Account: payload.Select("form:data[list_id]"),
	},
	UnsignedChallenge: mailchimpKnock,
}

// mailchimpSecret is where the secret stands in the address.
var mailchimpSecret = payload.Select("query:secret")

// mailchimpKnock answers the GET by which Mailchimp finds out whether the address is there. It has the
// secret in it, as every event will.
func mailchimpKnock(q *signature.Request) (signature.Result, bool) {
	if q.Record.Method != "GET" {
		return signature.Result{}, false
	}
	sent, known := []byte(q.Text(mailchimpSecret)), len(q.Endpoint.Secrets) == 0
	for _, s := range signature.NotBlank(q.Endpoint.Secrets) {
		known = signature.SameText([]byte(s.Value), sent) || known
	}
	if !known {
		return answered(nil)
	}
	return answered(here())
}
