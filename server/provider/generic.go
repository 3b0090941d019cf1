package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// generic is any sender, and the default of a new endpoint. It accepts all requests; with a secret it requires the
// secret in a header, which proves who sent the request but not what is in it. The endpoint's settings name the header
// and say whether the secret stands in it alone, behind Bearer, or as user:password by Basic, or they name a query
// parameter that has it; see signature.CustomCredential. Exactly one of these counts.
//
// An event has an id only if the sender gives one in a header: two requests with the same body may well be two events.
// The type is read from the beginning of the body only, so that the cost does not depend on its size.
//
// sharedSecretHeader and basicAuth are aliases: endpoints of older releases have their ids, and other ids of events.
//
// Source: https://www.rfc-editor.org/rfc/rfc7617 (Basic), https://www.rfc-editor.org/rfc/rfc6750 (Bearer)
var generic = Provider{
	ID: "generic", Name: "Any sender",
	Aliases: []string{"other", "custom", "unsigned", "Zapier", "n8n"},
	Grade:   GradeA,
	Steps: []string{
		"Give the address to the sender as its webhook URL.",
		"If the sender can send a header of your choice, set a secret here and have it sent as X-Webhook-Secret. " +
			"If the sender has a header of its own, such as Authorization, enter its name below.",
		"If the sender has unique event ids, have it send them as Webhook-Id: redeliveries are then recognised.",
	},
	Secret:       SecretWords{Name: "Secret", Hint: "yours, of 16 characters or more; for Basic, user:password"},
	OwnChallenge: true,
	Settings:     credentialSettings("X-Webhook-Secret, or Authorization for Bearer and Basic", "bare"),
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:X-Webhook-Secret"),
			MismatchReason: hook.ReasonSecretMismatch}},
		Custom: signature.CustomCredential,
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key"),
		Types:  payload.SelectAll("head:type", "head:event"),
	},
}

// credentialSettings are the settings of generic and its aliases. header says which one counts without the setting,
// and scheme is its value without the setting.
func credentialSettings(header, scheme string) []Setting {
	return withOwnChallenge([]Setting{
		{Name: "header", Label: "Header", Default: header,
			Hint: "the header with the secret, such as cf-webhook-auth"},
		{Advanced: true, Name: "query", Label: "Query parameter",
			Hint: "the parameter of the address with the secret, if the sender can send no header"},
		{Name: "scheme", Label: "Form of the secret", Choices: []string{"bare", "bearer", "basic"}, Default: scheme,
			Hint:   "alone, behind Bearer, or as user:password by Basic, entered without Bearer",
			Beyond: "For a signature, choose Generic HMAC."},
	}...)
}
