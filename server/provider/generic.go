package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// generic is any sender, and the default of a new endpoint. It accepts all requests; with a secret it requires the
// secret in the header X-Webhook-Secret, which proves who sent the request but not what is in it. An event has an id
// only if the sender gives one in a header: two requests with the same body may well be two events. The type is read
// from the beginning of the body only, so that the cost does not depend on its size.
var generic = Provider{
	ID: "generic", Name: "Any sender",
	Aliases: []string{"other", "custom", "unsigned", "Zapier", "n8n"},
	Grade:   GradeA,
	Steps: []string{
		"Give the address to the sender as its webhook URL.",
		"If the sender can send a header of your choice, set a secret here and have it sent as X-Webhook-Secret.",
		"If the sender has unique event ids, have it send them as Webhook-Id: redeliveries are then recognised.",
	},
	Secret:       SecretWords{Name: "Secret", Hint: "yours, of 16 characters or more; sent as X-Webhook-Secret"},
	OwnChallenge: true, Settings: withOwnChallenge(),
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:X-Webhook-Secret"),
			MismatchReason: hook.ReasonSecretMismatch}},
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key"),
		Types:  payload.SelectAll("head:type", "head:event"),
	},
}
