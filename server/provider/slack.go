package provider

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// slack is Slack: how it signs, and what its deliveries say. Slack signs a version, the time and the
// body with HMAC-SHA-256: https://docs.slack.dev/authentication/verifying-requests-from-slack
var slack = Provider{
	ID: "slack", Name: "Slack",
	Steps: []string{
		"On api.slack.com open your app, Basic Information, and add its signing secret here.",
		"Open Event Subscriptions there and enter this address as the request URL: Slack asks a question, " +
			"which is answered.",
	},
	Secret: SecretWords{Name: "Signing secret", Hint: "32 hex digits, from Basic Information",
		Not: []Lookalike{{"xoxb-", "a bot token"}, {"xoxp-", "a user token"}, {"xapp-", "an app token"},
			{"https://hooks.slack", "an incoming webhook"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Slack-Signature"), Format: signature.Prefixed,
			Prefix: "v0=", Hash: "sha256",
			Message: signature.Message("v0:{time}:{body}"),
			Time:    payload.Select("header:X-Slack-Request-Timestamp"), Unit: time.Second}},
	},
	Identity: Identity{
		Events:  joins("body:event_id", "form:trigger_id"),
		Types:   payload.SelectAll("body:event.type", "body:type", "form:command"),
		Times:   payload.SelectAll("body:event_time"),
		Account: payload.Select("body:team_id"),
	},
	SignedChallenge: slackChallenge,
	Ack:             &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
}

var (
	slackType     = payload.Select("body:type")
	slackQuestion = payload.Select("body:challenge")
)

// slackChallenge answers the question that Slack asks when the address is entered.
func slackChallenge(q *signature.Request) *hook.Reply {
	if q.Text(slackType) != "url_verification" {
		return nil
	}
	return echo(q.Text(slackQuestion))
}
