package provider

import (
	"hookbeam/server/hook"
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
// cloudEventsOrigin. The token protects no content.
//
// Source: https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md
var cloudevents = Provider{
	ID: "cloudevents", Name: "CloudEvents HTTP webhook",
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
	UnsignedChallenge: cloudEventsOrigin,
}

// cloudEventsOrigin answers the request in which a sender asks whether its origin may send, and at which rate. Every
// origin is allowed unless the setting origin names one.
func cloudEventsOrigin(q *signature.Request) (signature.Result, bool) {
	origin := q.Record.Header("Webhook-Request-Origin")
	if q.Record.Method != "OPTIONS" || origin == "" {
		return signature.Result{}, false
	}
	if only := q.Settings["origin"]; !token68(origin, 253) || only != "" && only != origin {
		return challengeResult(nil)
	}
	reply := &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
		Headers: []hook.Header{{Name: "Allow", Value: "POST"}, {Name: "Webhook-Allowed-Origin", Value: origin}}}
	if rate := q.Record.Header("Webhook-Request-Rate"); digits(rate, 6) {
		reply.Headers = append(reply.Headers, hook.Header{Name: "Webhook-Allowed-Rate", Value: rate})
	}
	return challengeResult(reply)
}
