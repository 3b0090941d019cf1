package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// websub is WebSub (formerly PubSubHubbub).
//
// Signature: X-Hub-Signature is "algorithm=" and a hex HMAC of the body; the sender chooses sha1, sha256, sha384 or
// sha512. The key is the hub.secret of the subscription, at most 199 bytes, as text. X-Hub-Signature-256 and the
// setting verify_token are Meta's, which has a literal of its own: they are for endpoints of older releases.
//
// Event: content has no id and no type, so the hash of the body identifies it and the type is always "content".
//
// Traps: a hub confirms a subscription with GET and hub.challenge; see Challenges. Without the setting topic or
// verify_token no subscription is confirmed.
var websub = Provider{
	ID: "websub", Name: "WebSub",
	Aliases: []string{"PubSubHubbub", "YouTube"},
	Grade:   GradeA, Source: "https://www.w3.org/TR/websub/",
	Steps: []string{
		"Set topic to the URL of the topic: only that subscription is confirmed.",
		"Add a secret here and subscribe at the hub with this address as hub.callback and the same hub.secret.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the hub.secret of the subscription"},
	Settings: []Setting{
		{Name: "topic", Label: "Topic", Hint: "the URL of the topic"},
		{Advanced: true, Secret: true, Name: "verify_token", Label: "Verify token",
			Hint: "a token that the hub has to send; for Meta, choose the sender Meta"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature"),
			Format: signature.AlgorithmPair, Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Hub-Signature-256"), Format: signature.Prefixed, Prefix: "sha256=",
				Hash: "sha256", Message: signature.Message("{body}")}},
		Secrets: signature.SecretRule{Most: 199},
	},
	Identity: Identity{
		Events: joins("sha256"),
		Types:  payload.SelectAll("const:content"),
	},
	// The challenge is sent back only if topic and token match the settings: otherwise anybody could subscribe the
	// endpoint to any topic.
	Challenges: []challenge.Challenge{{
		Methods: []string{"GET"},
		When:    []challenge.Condition{challenge.Has("query:hub.mode")},
		Require: []challenge.Requirement{
			{At: payload.Select("query:hub.mode"), Is: []string{"subscribe", "unsubscribe"}},
			{At: payload.Select("query:hub.topic"), Setting: "topic"},
			{At: payload.Select("query:hub.verify_token"), Setting: "verify_token"},
		},
		Token: challenge.Token{At: payload.Select("query:hub.challenge")},
		Reply: challenge.Reply{Text: challenge.Text("{token}")},
	}},
}
