package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// discord is Discord: how it signs, and what its deliveries say. Discord signs the time and the body
// with Ed25519, and sends wrong signatures on purpose:
// https://discord.com/developers/docs/events/webhook-events
var discord = Provider{
	ID: "discord", Name: "Discord",
	Steps: []string{
		"In Discord's developer portal open your application, General Information, and add its public key here.",
		"Open Webhooks there and enter this address: Discord sends a PING, and one with a wrong signature " +
			"that must be refused.",
	},
	Secret: SecretWords{Name: "Public key", Hint: "64 hex digits, from General Information"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Ed25519, At: payload.Select("header:X-Signature-Ed25519"),
			Key:     signature.FromHexPublic,
			Message: signature.Message("{time}{body}"), Time: payload.Select("header:X-Signature-Timestamp"),
			Unit: time.Second}},
		Secrets: signature.SecretRule{Forms: []signature.KeyForm{signature.FromHexPublic},
			Shape: "the application's public key, 64 hex digits"},
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

// discordPing answers both kinds of PING: that of events without a body, that of interactions in kind.
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
