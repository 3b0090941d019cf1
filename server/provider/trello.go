package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// trello is Trello.
//
// Signature: X-Trello-Webhook is the base64 HMAC-SHA-1 of the body and the callback URL after it. The key is the OAuth
// secret of the Power-Up, as text.
//
// Event: action.id, which a retry keeps. The account is the model that the webhook watches, such as a board.
//
// Traps: the URL is signed letter for letter as it was given when the webhook was created. Trello sends HEAD then, and
// creates the webhook only if the answer is 200.
var trello = Provider{
	ID: "trello", Name: "Trello",
	Steps: []string{
		"Add the OAuth secret from the API key page of your Power-Up here.",
		"Create the webhook with Trello's API: POST /1/webhooks with this address as callbackURL and the id of a " +
			"board or card as idModel. If callbackURL is another address, set it here as the signed URL.",
	},
	Secret: SecretWords{Name: "OAuth secret", Hint: "from the API key page, not the token"},
	Grade:  GradeB, Source: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Trello-Webhook"), Hash: "sha1",
			Encoding: signature.Base64, Message: signature.Message("{body}{url}")}},
	},
	Identity: Identity{
		Events:  joins("body:action.id"),
		Types:   payload.SelectAll("body:action.type"),
		Times:   payload.SelectAll("body:action.date"),
		Account: payload.Select("body:model.id"),
	},
	Challenges: []challenge.Challenge{{Methods: []string{"HEAD"}}},
}
