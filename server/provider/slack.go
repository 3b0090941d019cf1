package provider

import (
	"time"

	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// slack is Slack, the Events API and interactive requests.
//
// Signature: X-Slack-Signature is "v0=" and the hex HMAC-SHA-256 of "v0:", the time, a colon and the body. The time is
// in X-Slack-Request-Timestamp. The key is the signing secret of the app, as text.
//
// Event: event_id; slash commands and interactions have a trigger_id instead. X-Slack-Retry-Num counts the attempts. A
// slash command is a form; an interaction is a form with JSON in the field payload.
//
// Traps: Slack waits 3 seconds for the answer. When the address is entered, it sends url_verification and expects the
// challenge back; that request is signed like any other. An answer with a body to a slash command is shown to the user,
// so the answer is empty.
var slack = Provider{
	ID: "slack", Name: "Slack",
	Aliases: []string{"Slack app", "Events API", "slash command"},
	Grade:   GradeA, Source: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
	Steps: []string{
		"On api.slack.com open your app, Basic Information, and add its signing secret here.",
		"Open Event Subscriptions there and enter this address as the request URL. Slack sends a challenge, " +
			"and this server answers it.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "32 hex digits, from Basic Information",
		Not: []Lookalike{{"xoxb-", "a bot token"}, {"xoxp-", "a user token"}, {"xapp-", "an app token"},
			{"https://hooks.slack", "an incoming webhook"}}},
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Slack-Signature"), Format: signature.Prefixed,
			Prefix: "v0=", Hash: "sha256",
			Message: signature.Message("v0:{time}:{body}"),
			Time:    payload.Select("header:X-Slack-Request-Timestamp"), Unit: time.Second}},
	},
	Identity: Identity{
		Events:  joins("body:event_id", "body:trigger_id", "form:trigger_id"),
		Types:   payload.SelectAll("body:event.type", "body:type", "form:command"),
		Times:   payload.SelectAll("body:event_time", "body:actions.0.action_ts", "body:action_ts"),
		Account: payload.Select("body:team_id"), OtherAccount: payload.Select("body:team.id"),
	},
	Challenges: []challenge.Challenge{{
		When:   []challenge.Condition{challenge.Is("body:type", "url_verification")},
		Signed: true, AsEvent: true,
		Token: challenge.Token{At: payload.Select("body:challenge")},
		Reply: challenge.Reply{Text: challenge.Text("{token}")},
	}},
	Ack: &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
}
