package provider

import (
	"time"

	"hookbeam/server/hook"
)

// chat are senders of messages and calls.
var chat = []Provider{
	{
		ID: "slack", Name: "Slack",
		Steps: []string{
			"On api.slack.com open your app, Basic Information, and add its signing secret here.",
			"Open Event Subscriptions there and enter this address as the request URL: Slack asks a question, which is answered.",
		},
		Secret: SecretWords{Name: "Signing secret", Hint: "32 hex digits, from Basic Information",
			Not: []Lookalike{{"xoxb-", "a bot token"}, {"xoxp-", "a user token"}, {"xapp-", "an app token"}, {"https://hooks.slack", "an incoming webhook"}}},
		rules: []rule{{at: "header:X-Slack-Signature", format: prefixed, mark: "v0=", hash: "sha256",
			message: "v0:{time}:{body}", time: "header:X-Slack-Request-Timestamp", unit: time.Second}},
		events: []string{"body:event_id", "form:trigger_id"}, types: []string{"body:event.type", "body:type", "form:command"},
		times: []string{"body:event_time"}, owner: "body:team_id",
		greet: handshake{signed: slackChallenge},
		ack:   &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
	},
	{
		ID: "telegram", Name: "Telegram Bot API",
		Steps: []string{
			"Choose a secret of 16 to 256 letters, digits, _ and -, and add it here.",
			"Call setWebhook with this address as url and the same secret as secret_token.",
		},
		Secret: SecretWords{Name: "Secret token", Hint: "the one that you give to setWebhook"},
		Ranges: []Range{
			{Name: "Telegram", Source: "https://core.telegram.org/bots/webhooks", CIDRs: []string{"149.154.160.0/20", "91.108.4.0/22"}},
		},
		rules: []rule{{kind: token, at: "header:X-Telegram-Bot-Api-Secret-Token"}},
		secret: secretRule{most: 256, shape: "letters, digits, _ and -",
			charset: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"},
		events: []string{"body:update_id"}, types: []string{"beside:update_id"},
		times: []string{"body:message.date", "body:edited_message.edit_date", "body:channel_post.date", "body:callback_query.message.date"},
		ack:   &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
	},
	{
		ID: "discord", Name: "Discord",
		Steps: []string{
			"In Discord's developer portal open your application, General Information, and add its public key here.",
			"Open Webhooks there and enter this address: Discord sends a PING, and one with a wrong signature that must be refused.",
		},
		Secret: SecretWords{Name: "Public key", Hint: "64 hex digits, from General Information"},
		rules: []rule{{kind: edwards, at: "header:X-Signature-Ed25519", key: fromHexPublic,
			message: "{time}{body}", time: "header:X-Signature-Timestamp", unit: time.Second}},
		secret: secretRule{forms: []keyForm{fromHexPublic}, shape: "the application's public key, 64 hex digits"},
		events: []string{"body:id", "sha256"}, types: []string{"body:event.type", "body:type"},
		times: []string{"body:event.timestamp"}, owner: "body:application_id",
		greet: handshake{signed: discordPing},
	},
	{
		ID: "twilio", Name: "Twilio",
		Steps: []string{
			"In Twilio's console copy the account's primary auth token and add it here.",
			"Enter this address as the webhook or status callback of your number or service.",
			"If Twilio knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
		},
		Secret: SecretWords{Name: "Auth token", Hint: "32 characters, from the console",
			Not: []Lookalike{{"AC", "an account's id"}, {"SK", "an API key's id"}}},
		rules: []rule{
			{at: "header:X-Twilio-Signature", hash: "sha1", coding: inBase64, message: "{url}{form}", ports: true},
			{at: "header:X-Twilio-Signature", hash: "sha1", coding: inBase64, message: "{url}", ports: true, inURL: "bodySHA256"},
		},
		events: []string{"header:I-Twilio-Idempotency-Token", "form:MessageSid+form:MessageStatus", "form:CallSid+form:CallStatus"},
		types:  []string{"form:MessageStatus", "form:CallStatus", "form:EventType"},
		owner:  "form:AccountSid",
		ack:    &hook.Response{Status: 200, ContentType: "text/xml; charset=utf-8", Body: "<Response/>"},
	},
}
