package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// line is the Messaging API of LINE.
//
// Signature: X-Line-Signature is the base64 HMAC-SHA-256 of the body. The key is the channel secret, as text.
//
// Event: the body is a list of events for one bot, destination. webhookEventId identifies one and stays the same when
// LINE sends it again, which deliveryContext.isRedelivery says.
//
// Traps: the key is the channel secret, not the channel access token. The button Verify sends an empty list,
// with or without a signature.
var line = Provider{
	ID: "line", Name: "LINE Messaging API",
	Steps: []string{
		"In the LINE Developers console open the channel, Messaging API, enter this address as the webhook URL " +
			"and switch Use webhook on.",
		"Add the channel secret from Basic settings here.",
		"Switch Webhook redelivery on if LINE is to send events again that failed.",
	},
	Secret: SecretWords{Name: "Channel secret", Hint: "32 hex digits, from Basic settings"},
	Grade:  GradeA, Source: "https://developers.line.biz/en/docs/messaging-api/receiving-messages/",
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Line-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Message: signature.Message("{body}")}},
		Batch: &payload.Batch{List: "events"},
	},
	Identity: Identity{
		Events:  joins("item:webhookEventId"),
		Types:   payload.SelectAll("item:type"),
		Times:   payload.SelectAll("item:timestamp"),
		Account: payload.Select("body:destination"),
	},
	// A list that is signed wrongly is no check.
	Challenges: []challenge.Challenge{
		{Methods: []string{"POST"}, When: []challenge.Condition{
			{At: payload.Select("body:events"), Empty: true}, challenge.Lacks("header:X-Line-Signature")}},
		{Methods: []string{"POST"}, Signed: true,
			When: []challenge.Condition{{At: payload.Select("body:events"), Empty: true}}},
	},
}
