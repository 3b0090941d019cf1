package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// genericHMAC is any sender that signs with an HMAC and has no entry of its own.
//
// Signature: signature.Profile.Custom says that the endpoint's settings describe the scheme. They are checked when they
// are written; signature/custom.go has their values and defaults.
//
// Event: an id in one of the usual headers or in the body, else the hash of the body, so that a repeated body counts as
// the same event.
var genericHMAC = Provider{
	ID: "generic-hmac", Name: "Generic HMAC",
	Aliases: []string{"other", "custom", "own sender", "HMAC-SHA256"},
	Grade:   GradeA,
	Steps: []string{
		"Add the secret that the sender signs with.",
		"Describe in the settings how it signs: header and prefix, algorithm (sha1, sha256, sha384, sha512), " +
			"encoding (hex, base64, base64url), key (text, hex, base64, whsec).",
		"If more than the body is signed, set message, such as {time}.{body}, and timestamp to the " +
			"header with the time in seconds.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the key that the sender signs with"},
	Settings: withOwnChallenge([]Setting{
		{Name: "header", Label: "Header", Hint: "the header with the signature; X-Signature if empty"},
		{Name: "prefix", Label: "Prefix", Hint: "before the signature, such as sha256="},
		{Name: "algorithm", Label: "Algorithm", Hint: "sha1, sha256, sha384 or sha512; sha256 if empty"},
		{Name: "encoding", Label: "Encoding", Hint: "hex, base64 or base64url; hex if empty"},
		{Name: "key", Label: "Key", Hint: "text, hex, base64 or whsec: how the secret is encoded; text if empty"},
		{Name: "message", Label: "Message", Hint: "what is signed, such as {time}.{body}; {body} if empty"},
		{Name: "timestamp", Label: "Timestamp",
			Hint: "the header with the time in seconds, if the message contains {time}"},
	}...),
	OwnChallenge: true,
	// Without the setting challenge, the tests are answered that prove nothing and that no event looks like.
	Challenges: []challenge.Challenge{
		{Methods: []string{"HEAD"}, When: []challenge.Condition{{NoBody: true}}},
		{Methods: []string{"GET"}, When: []challenge.Condition{{NoBody: true}, challenge.Has("query:challenge")},
			Token: challenge.Token{At: payload.Select("query:challenge"), Form: challenge.Name},
			Reply: challenge.Reply{Text: challenge.Text("{token}")}},
	},
	Signature: signature.Profile{
		Custom:   true,
		Envelope: payload.Envelope{Field: "payload"},
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key", "body:id", "sha256"),
		Types:  payload.SelectAll("header:X-Event-Type", "body:type", "body:event"),
		Times:  payload.SelectAll("body:created_at", "body:timestamp"),
	},
}
