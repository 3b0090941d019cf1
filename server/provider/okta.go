package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// okta is the event hooks of Okta.
//
// Signature: there is none. Okta sends the value of the authentication secret in the header that its form calls
// authentication field, and the value covers nothing of the request.
//
// Event: the body is a list of events; uuid identifies one, and without one the hash of its bytes does: where Okta
// writes the id is not confirmed. source is the address of the event hook.
//
// Traps: the field has any name; without the setting header it is Authorization. The value is sent as it was entered,
// without a word such as Bearer.
// A hook sends no events until it is verified, which is a GET with a value that is sent back.
var okta = Provider{
	ID: "okta", Name: "Okta event hooks",
	Steps: []string{
		"In Okta open Workflow, Event Hooks, Create Event Hook, and enter this address as the URL.",
		"Enter Authorization as the authentication field, or another name that you enter below as well, and a long " +
			"random value as the authentication secret. Add the same value here.",
	},
	Secret: SecretWords{Name: "Authentication secret", Hint: "the value that you chose in Okta"},
	Grade:  GradeB, Source: "https://developer.okta.com/docs/concepts/event-hooks/",
	Settings: []Setting{{Name: "header", Label: "Authentication field", Default: "Authorization",
		Hint: "the header that Okta's form calls authentication field"}},
	Signature: signature.Profile{
		Custom:  signature.CustomCredential,
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:Authorization")}},
		Batch:   &payload.Batch{List: "data.events"},
	},
	Identity: Identity{
		Events:  joins("item:uuid", "item-sha256"),
		Types:   payload.SelectAll("item:eventType"),
		Times:   payload.SelectAll("item:published"),
		Account: payload.Select("body:source"),
	},
	Challenges: []challenge.Challenge{{
		Methods: []string{"GET"},
		When:    []challenge.Condition{challenge.Has("header:X-Okta-Verification-Challenge")},
		Token:   challenge.Token{At: payload.Select("header:X-Okta-Verification-Challenge"), Form: challenge.Name},
		Reply:   challenge.Reply{JSON: challenge.Object("verification", "{token}")},
	}},
}
