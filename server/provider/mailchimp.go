package provider

import (
	"hookbeam/server/challenge"
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
var mailchimp = Provider{
	ID: "mailchimp", Name: "Mailchimp (Marketing)",
	Aliases: []string{"Intuit", "newsletter"},
	Grade:   GradeB, Source: "https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/",
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
	// The GET carries the secret as every event does.
	Challenges: []challenge.Challenge{{Methods: []string{"GET"},
		Require: []challenge.Requirement{{At: payload.Select("query:secret"), Secret: true}}}},
}
