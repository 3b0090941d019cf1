package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// rfc9421 is HTTP Message Signatures (RFC 9421), for any sender that follows it.
//
// Signature: Signature-Input lists the covered parts of the request, and Signature has the signature of them.
// signature.Profile.Messages selects this scheme; signature/rfc9421.go says which parts must be covered. The key is a
// shared secret (hmac-sha256) or a public key; if a secret's label is the keyid, only that one is tried.
//
// Event: the parameter nonce, else Idempotency-Key, else the hash of the body.
//
// Traps: a signature that does not cover content-digest says nothing about the body, so it is required and checked.
var rfc9421 = Provider{
	ID: "rfc9421", Name: "RFC 9421 HTTP Message Signatures",
	Aliases: []string{"HTTP signatures", "HTTP Message Signatures"},
	Grade:   GradeA, Source: "https://www.rfc-editor.org/rfc/rfc9421",
	Steps: []string{
		"Add the shared secret (hmac-sha256), or the sender's public key in PEM (Ed25519, ECDSA on P-256, " +
			"RSA). If a key's label is the sender's keyid, only that key is tried.",
		"Have the sender cover @method, content-digest and @target-uri (or @authority and @path), and send the " +
			"parameter created.",
	},
	Secret: SecretWords{Name: "Key", Hint: "a shared secret, or a public key"},
	Signature: signature.Profile{
		Messages: true,
		Secrets: signature.SecretRule{Shape: "a shared secret, a public key in PEM, or an Ed25519 public " +
			"key that begins with whpk_"},
	},
	Identity: Identity{
		Events: joins("nonce", "header:Idempotency-Key", "sha256"),
		Types:  payload.SelectAll("body:type"),
	},
}
