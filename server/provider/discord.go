package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// discord is Discord, both webhook events and interactions.
//
// Signature: X-Signature-Ed25519 is the hex Ed25519 signature of the time and the body. The time is in
// X-Signature-Timestamp. The key is the public key of the application, 64 hex digits.
//
// Event: interactions have an id. Webhook events have none, so the hash of the body identifies them.
//
// Traps: Discord sends requests with a wrong signature on purpose and expects 401; an endpoint that accepts them cannot
// be registered. Both kinds send a PING that expects different answers: 204 without a body for events, {"type":1} for
// interactions. The times of events have no zone; they are UTC.
//
// Source: https://discord.com/developers/docs/events/webhook-events
var discord = Provider{
	ID: "discord", Name: "Discord",
	Steps: []string{
		"In Discord's developer portal open your application, General Information, and add its public key here.",
		"Open Webhooks there and enter this address. Discord sends a PING, and another one with a wrong " +
			"signature, which this server rejects.",
	},
	Secret: SecretWords{Name: "Public key", Hint: "64 hex digits, from General Information"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Ed25519, At: payload.Select("header:X-Signature-Ed25519"),
			Key:     signature.FromHexPublic,
			Message: signature.Message("{time}{body}"), Time: payload.Select("header:X-Signature-Timestamp"),
			Unit: time.Second}},
		Secrets: signature.SecretRule{Shape: "the application's public key, 64 hex digits"},
	},
	Identity: Identity{
		Events:  joins("body:id", "sha256"),
		Types:   payload.SelectAll("body:event.type", "body:type"),
		Times:   payload.SelectAll("body:event.timestamp"),
		Account: payload.Select("body:application_id"),
	},
	SignedChallenge: discordPing,
}

var (
	discordType  = payload.Select("body:type")
	discordEvent = payload.Select("body:event")
)

// discordPing answers a PING. Type 0, or 1 with an event beside it, is one of webhook events; type 1 alone is an
// interaction.
func discordPing(q *signature.Request) *hook.Reply {
	switch kind := q.Text(discordType); {
	case kind == "0" || kind == "1" && q.Has(discordEvent):
		return &hook.Reply{Exact: true, Response: hook.Response{Status: 204, ContentType: "application/json"}}
	case kind == "1":
		return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "application/json",
			Body: `{"type":1}`}}
	}
	return nil
}
