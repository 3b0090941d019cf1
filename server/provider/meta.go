package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// meta is Meta: WhatsApp Business, Facebook pages, Messenger and Instagram, which send alike.
//
// Signature: X-Hub-Signature-256 is "sha256=" and the hex HMAC-SHA-256 of the body. The key is the app secret, as text.
// X-Hub-Signature, the SHA-1 beside it, is not read.
//
// Event: a body has several entries, and each has changes or messages. A message is identified by its own id, a state
// of a WhatsApp message by the message's id and the state, and anything else by the entry's id, its time and the hash
// of the change. The deletion of a message has the message's id and "true". The type is the object and the field, such
// as "whatsapp_business_account.messages", which WhatsApp uses for messages and for their states.
//
// Traps: Meta writes letters such as é as \u00e9 and signs these bytes, so JSON that was read and written again never
// matches. The verify token is another value than the app secret: Meta sends it once, in a GET that tests the address.
var meta = Provider{
	ID: "meta", Name: "Meta (WhatsApp Business)",
	Aliases: []string{"WhatsApp", "WhatsApp Cloud API", "Facebook", "Messenger", "Instagram"},
	Grade:   GradeA, Source: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
	Steps: []string{
		"Add the app secret here, from App settings, Basic. Enter a long random value as the verify token below.",
		"In the app's dashboard open Webhooks (for WhatsApp: WhatsApp, Configuration), enter this address as the " +
			"callback URL and the same verify token.",
		"Subscribe to the fields that you need, such as messages. For a page, also subscribe the app to the page.",
	},
	Secret: SecretWords{Name: "App secret", Hint: "32 hex digits, from App settings, Basic; not an access token",
		Not: []Lookalike{{"EAA", "an access token"}}},
	Settings: []Setting{{Name: "verify_token", Label: "Verify token", Secret: true,
		Hint: "a value that you choose and enter at Meta as well; without it no test of the address is answered"}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature-256"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
		Batch: &payload.Batch{List: "entry.*.changes|entry.*.messaging|entry.*.standby"},
	},
	Identity: Identity{
		// A change with several messages is identified by its hash: its first message says nothing about the second.
		Events: joins(
			"outer:id+item:value.messages.1.id+item-sha256", "item:value.messages.0.id",
			"outer:id+item:value.statuses.1.id+item-sha256", "item:value.statuses.0.id+item:value.statuses.0.status",
			"item:message.mid+item:message.is_deleted", "item:message.mid",
			"outer:id+outer:time+item-sha256", "outer:id+item-sha256", "sha256"),
		JoinedTypes: joins("body:object+item:field", "body:object+beside:sender,recipient,timestamp,object,entry"),
		Types:       payload.SelectAll("body:object"),
		Times: payload.SelectAll("item:value.messages.0.timestamp", "item:value.statuses.0.timestamp",
			"item:timestamp", "outer:time", "body:entry.0.time"),
		Account:      payload.Select("outer:id"),
		OtherAccount: payload.Select("body:entry.0.id"),
	},
	// Whoever does not send the token is refused: otherwise anybody could subscribe the address to an app of their own.
	Challenges: []challenge.Challenge{{
		Methods: []string{"GET"},
		When:    []challenge.Condition{challenge.Has("query:hub.mode")},
		Require: []challenge.Requirement{
			{At: payload.Select("query:hub.mode"), Is: []string{"subscribe"}},
			{At: payload.Select("query:hub.verify_token"), Setting: "verify_token"},
		},
		Token: challenge.Token{At: payload.Select("query:hub.challenge"), Form: challenge.Name},
		Reply: challenge.Reply{Text: challenge.Text("{token}")},
	}},
}
