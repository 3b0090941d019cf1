package provider

import (
	"time"

	"hookbeam/server/challenge"
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
var discord = Provider{
	ID: "discord", Name: "Discord",
	Aliases: []string{"Discord app"},
	Grade:   GradeB, Source: "https://discord.com/developers/docs/events/webhook-events",
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
	// Type 0, or 1 with an event beside it, is a PING of webhook events; type 1 alone is one of interactions.
	Challenges: []challenge.Challenge{
		discordPing(challenge.Reply{Status: 204, Media: "application/json"}, challenge.Is("body:type", "0")),
		discordPing(challenge.Reply{Status: 204, Media: "application/json"}, challenge.Is("body:type", "1"),
			challenge.Condition{At: payload.Select("body:event"), Exists: true}),
		discordPing(challenge.Reply{Fixed: `{"type":1}`, Media: "application/json"},
			challenge.Is("body:type", "1")),
	},
}

// discordPing returns the challenge that Discord sends and signs to test an address.
func discordPing(reply challenge.Reply, when ...challenge.Condition) challenge.Challenge {
	return challenge.Challenge{When: when, Signed: true, AsEvent: true, Reply: reply}
}
