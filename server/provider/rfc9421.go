package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// rfc9421 is HTTP Message Signatures: the sender says which parts of the request it signed, and
// signature.Profile.Messages says which ones must be among them.
var rfc9421 = Provider{
	ID: "rfc9421", Name: "RFC 9421 HTTP Message Signatures",
	Steps: []string{
		"Add the shared secret (hmac-sha256), or the sender's public key in PEM (Ed25519, ECDSA on P-256, " +
			"RSA). Where a key's label is the sender's keyid, that key alone is tried.",
		"Have the sender cover @method, content-digest, and @target-uri (or @authority and @path), and say created.",
	},
	Secret: SecretWords{Name: "Key", Hint: "a shared secret, or a public key"},
	Signature: signature.Profile{
		Messages: true,
		Secrets: signature.SecretRule{Shape: "a shared secret, a public key in PEM, or an Ed25519 public " +
			"key behind whpk_"},
	},
	Identity: Identity{
		Events: joins("nonce", "header:Idempotency-Key", "sha256"),
		Types:  payload.SelectAll("body:type"),
	},
}
