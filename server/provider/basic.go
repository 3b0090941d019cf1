package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// basicAuth is HTTP Basic authentication (RFC 7617). The secret is user:password, split at the first colon, so that a
// password may contain colons. It proves who sent the request but not what is in it.
var basicAuth = Provider{
	ID: "basic", Name: "HTTP Basic",
	Steps: []string{
		"Add user:password here as the secret, with a password of at least 16 characters.",
		"Have the sender send them as HTTP Basic authentication.",
	},
	Secret: SecretWords{Name: "User and password", Hint: "user:password"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Basic, At: payload.Select("header:Authorization"),
			Prefix: "Basic"}},
		Secrets: signature.SecretRule{Login: true},
	},
	Identity: Identity{
		Events: joins("header:Idempotency-Key", "sha256"),
		Types:  payload.SelectAll("body:type", "body:event"),
	},
}
