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
		"Describe in the settings how it signs, as its documentation says. What you leave empty has its default.",
		"If more than the body is signed, set message, such as {time}.{body}, and timestamp to the header " +
			"that has the time.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the key that the sender signs with"},
	Settings: withOwnChallenge([]Setting{
		{Name: "header", Label: "Header", Default: "X-Signature",
			Hint: "the header with the signature; several with commas between, or X-Signature-* if they are numbered"},
		{Name: "query", Label: "Query parameter", Hint: "the parameter with the signature, if it is in no header"},
		{Name: "prefix", Label: "Prefix", Hint: "before the signature, such as sha256= or v1="},
		{Name: "separator", Label: "Separator", Choices: []string{"comma", "semicolon", "space"}, Default: "comma",
			Hint: "between several signatures, or a time and a signature"},
		{Name: "algorithm", Label: "Algorithm", Choices: []string{"sha1", "sha256", "sha384", "sha512", "named"},
			Default: "sha256", Hint: "the hash of the HMAC; named: before each signature, as in sha1=…",
			Beyond: "Only an HMAC can be verified here, no public key, JWT or plain hash."},
		{Name: "encoding", Label: "Encoding", Choices: []string{"hex", "base64", "base64url"}, Default: "hex",
			Hint: "of the signature"},
		{Name: "key", Label: "Key", Choices: []string{"text", "nfkd", "hex", "base64", "whsec"},
			Default: "text", Hint: "how the secret is encoded; nfkd: text with its accents as letters of their own"},
		{Name: "message", Label: "Message", Default: "{body}",
			Hint: "what is signed, such as {time}.{body}, with {url}, {path}, {method}, {header:Name} or " +
				`{query:name}; \n is a line break`},
		{Name: "timestamp", Label: "Timestamp",
			Hint: "the header with the time; or t=, if the time stands beside the signature as t=…; " +
				"or first, if it is the first of a list"},
		{Name: "unit", Label: "Unit of the timestamp",
			Choices: []string{"auto", "seconds", "milliseconds", "rfc3339"}, Default: "auto",
			Hint: "auto: by the number of digits, up to nanoseconds, or a date", Beyond: "auto reads other units too."},
		{Advanced: true, Name: "body", Label: "Body", Choices: []string{"raw", "escaped"}, Default: "raw",
			Hint: `escaped: the sender may sign the body with letters beyond ASCII as \u…`},
		{Advanced: true, Name: "signed_headers", Label: "List of signed headers",
			Hint: "the header that names the headers which {headers} in the message stands for"},
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
		Custom:   signature.CustomHMAC,
		Envelope: payload.Envelope{Field: "payload"},
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key", "body:id", "sha256"),
		Types:  payload.SelectAll("header:X-Event-Type", "body:type", "body:event"),
		Times:  payload.SelectAll("body:created_at", "body:timestamp"),
	},
}
