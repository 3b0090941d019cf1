package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// basicAuth is HTTP Basic authentication, for senders that can only be given a URL with a user and a password. It
// is an alias of generic, with the same settings and another default.
//
// Signature: none; the header Authorization presents user:password. Both are split at the first colon, so that a
// password may contain colons. This proves who sent the request but not what is in it.
//
// Event: the header Idempotency-Key, else the hash of the body, so that a repeated body counts as the same event.
var basicAuth = Provider{
	ID: "basic", Name: "HTTP Basic",
	Aliases: []string{"user and password", "Basic auth"},
	Grade:   GradeA, Source: "https://www.rfc-editor.org/rfc/rfc7617",
	Steps: []string{
		"Add user:password here as the secret, with a password of at least 16 characters.",
		"Have the sender send them as HTTP Basic authentication.",
	},
	Secret:       SecretWords{Name: "User and password", Hint: "user:password"},
	AliasOf:      generic.ID,
	OwnChallenge: true,
	Settings:     credentialSettings("Authorization", "basic"),
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{{Kind: signature.Basic, At: payload.Select("header:Authorization"),
			Prefix: "Basic"}},
		Custom:  signature.CustomCredential,
		Secrets: signature.SecretRule{Login: true},
	},
	Identity: Identity{
		Events: joins("header:Idempotency-Key", "sha256"),
		Types:  payload.SelectAll("body:type", "body:event"),
	},
}
