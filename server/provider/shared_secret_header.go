package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// sharedSecretHeader is a sender that presents a secret in the header X-Webhook-Secret, as many tutorials show. It is
// an alias of generic, with the same settings.
//
// Signature: none; the secret proves who sent the request but not what is in it.
//
// Event: X-Event-Id, Idempotency-Key or the member id, else the hash of the body. This is the difference to generic,
// which takes two requests with the same body for two events.
var sharedSecretHeader = Provider{
	ID: "shared-secret-header", Name: "Plain shared-secret header (X-Webhook-Secret)",
	Aliases: []string{"token", "API key", "X-Webhook-Secret"},
	Grade:   GradeA,
	Steps: []string{
		"Add a secret here and have the sender send it as X-Webhook-Secret.",
		"If possible, have it send the id and the type of each event as X-Event-Id and X-Event-Type.",
	},
	Secret:       SecretWords{Name: "Secret", Hint: "yours, of 16 characters or more; sent as X-Webhook-Secret"},
	AliasOf:      generic.ID,
	OwnChallenge: true,
	Settings:     credentialSettings("X-Webhook-Secret, or Authorization for Bearer and Basic", "bare"),
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:X-Webhook-Secret"),
			MismatchReason: hook.ReasonSecretMismatch}},
		Custom: signature.CustomCredential,
	},
	Identity: Identity{
		Events: joins("header:X-Event-Id", "header:Idempotency-Key", "body:id", "sha256"),
		Types:  payload.SelectAll("header:X-Event-Type", "body:type", "body:event"),
		Times:  payload.SelectAll("body:created_at", "body:timestamp"),
	},
}
