package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// asana is Asana.
//
// Signature: X-Hook-Signature is the hex HMAC-SHA-256 of the body. The key is the secret that Asana sends once, in
// X-Hook-Secret of the request with which it tests the address, as text.
//
// Event: the body is a list of events without ids, so the hash of one identifies it: fields such as created_at are the
// same for two changes that were made together. An empty list is a sign of life, sent every eight hours.
//
// Traps: the secret is sent only once, so it is kept while the endpoint waits for it. Each webhook has its own, so two
// of them need two endpoints.
var asana = Provider{
	ID: "asana", Name: "Asana",
	Steps: []string{
		"Create this endpoint without a secret: it waits ten minutes for the one that Asana sends.",
		"Create the webhook with Asana's API: POST /webhooks with this address as target and the resource to watch. " +
			"Asana sends the secret while that call runs, and it is kept here.",
	},
	Secret: SecretWords{Name: "Webhook secret", Hint: "64 hex digits, from the header X-Hook-Secret"},
	Grade:  GradeA, Source: "https://developers.asana.com/docs/webhooks-guide",
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hook-Signature"), Hash: "sha256",
			Message: signature.Message("{body}")}},
		Batch: &payload.Batch{List: "events"},
	},
	Identity: Identity{
		Events:      joins("item:action+item:resource.gid+item-sha256"),
		JoinedTypes: joins("item:resource.resource_type+item:action"),
		Times:       payload.SelectAll("item:created_at"),
	},
	Challenges: []challenge.Challenge{
		{
			Methods: []string{"POST"},
			When: []challenge.Condition{challenge.Has("header:X-Hook-Secret"),
				challenge.Lacks("header:X-Hook-Signature")},
			Takes: true,
			Token: challenge.Token{At: payload.Select("header:X-Hook-Secret"), Form: challenge.Word, Least: 16,
				Most: 128},
			Reply: challenge.Reply{Headers: []challenge.Header{
				{Name: "X-Hook-Secret", Text: challenge.Text("{token}")}}},
		},
		{Methods: []string{"POST"}, Signed: true, Type: "heartbeat",
			When: []challenge.Condition{{At: payload.Select("body:events"), Empty: true}}},
	},
}
