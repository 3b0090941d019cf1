package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// cloudevents is the HTTP webhook binding of CloudEvents.
//
// Signature: none; the sender presents a token, as "Authorization: Bearer" or as access_token in the query.
//
// Event: source and id together are unique. They are in headers Ce-* (binary mode), in the body (structured mode), or
// in each item of a list (batched mode).
//
// Traps: before its first event a sender may ask with OPTIONS and WebHook-Request-Origin whether it may send; see
// challenge.Origin. The token protects no content.
var cloudevents = Provider{
	ID: "cloudevents", Name: "CloudEvents HTTP webhook",
	Aliases: []string{"CNCF"},
	Grade:   GradeB, Source: "https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md",
	Steps: []string{
		"Add a token here and have the sender send it as Authorization: Bearer, or as access_token in the address.",
		"The sender may first ask for permission for its origin. Set origin in the settings to allow only one.",
	},
	Secret: SecretWords{Name: "Token", Hint: "sent as Authorization: Bearer"},
	Settings: []Setting{
		{Name: "origin", Label: "Origin", Hint: "the only origin that may send; any if empty"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:Authorization"),
			Prefix: "Bearer"}, {Kind: signature.Token, At: payload.Select("query:access_token")}},
		Batch: &payload.Batch{},
	},
	Identity: Identity{
		Events: joins("header:Ce-Source+header:Ce-Id", "body:source+body:id", "item:source+item:id"),
		Types:  payload.SelectAll("header:Ce-Type", "body:type", "item:type"),
		Times:  payload.SelectAll("header:Ce-Time", "body:time", "item:time"),
	},
	Challenges: []challenge.Challenge{challenge.Origin()},
}
