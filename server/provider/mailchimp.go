package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// mailchimp is Mailchimp (Marketing); see mandrill for its product for transactional mail.
//
// Signature: none. The secret is the parameter secret in the query of the address that is registered at Mailchimp, so
// it must not be logged.
//
// Event: there is no id; type, fired_at and the ids of the object and the list make one. The body is a form with names
// such as data[merges][FNAME].
//
// Traps: when the address is saved, Mailchimp sends a GET and expects 200. fired_at is UTC without a zone.
//
// Source: https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/
var mailchimp = Provider{
	ID: "mailchimp", Name: "Mailchimp (Marketing)",
	Steps: []string{
		"Choose a long secret, add it here, and append it to this address as ?secret=…, because Mailchimp does " +
			"not sign its requests.",
		"In Mailchimp open Audience, Settings, Webhooks, and enter the address with the secret.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the value of ?secret= in the address"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("query:secret")}},
	},
	Identity: Identity{
		Events:  joins("form:type+form:fired_at+form:data[id]+form:data[list_id]"),
		Types:   payload.SelectAll("form:type"),
		Times:   payload.SelectAll("form:fired_at"),
		Account: payload.Select("form:data[list_id]"),
	},
	UnsignedChallenge: mailchimpURLCheck,
}

// mailchimpSecret selects the secret in the address.
var mailchimpSecret = payload.Select("query:secret")

// mailchimpURLCheck answers the GET with which Mailchimp checks the address when it is saved. The GET carries the
// secret as every event does. All secrets are compared, in constant time, so that the time of the answer does not show
// which one matched.
func mailchimpURLCheck(q *signature.Request) (signature.Result, bool) {
	if q.Record.Method != "GET" {
		return signature.Result{}, false
	}
	sent, known := []byte(q.Text(mailchimpSecret)), len(q.Endpoint.Secrets) == 0
	for _, s := range signature.NotBlank(q.Endpoint.Secrets) {
		known = signature.SameText([]byte(s.Value), sent) || known
		known = signature.SameText([]byte(signature.Clean(s.Value)), sent) || known
	}
	if !known {
		return challengeResult(nil)
	}
	return challengeResult(emptyReply())
}
