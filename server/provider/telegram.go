package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// telegram is Telegram Bot API: how it signs, and what its deliveries say. Telegram Bot API sends the
// secret itself. The type of an update is the name of the member beside its id:
// https://core.telegram.org/bots/api#setwebhook
var telegram = Provider{
	ID: "telegram", Name: "Telegram Bot API",
	Steps: []string{
		"Choose a secret of 16 to 256 letters, digits, _ and -, and add it here.",
		"Call setWebhook with this address as url and the same secret as secret_token.",
	},
	Secret: SecretWords{Name: "Secret token", Hint: "the one that you give to setWebhook"},
	Ranges: []Range{
		{Name: "Telegram", Source: "https://core.telegram.org/bots/webhooks",
			CIDRs: []string{"149.154.160.0/20", "91.108.4.0/22"}},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Token,
			At: payload.Select("header:X-Telegram-Bot-Api-Secret-Token")}},
		Secrets: signature.SecretRule{Most: 256, Shape: "letters, digits, _ and -",
			Charset: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"},
	},
	Identity: Identity{
		Events: joins("body:update_id"),
		Types:  payload.SelectAll("beside:update_id"),
		Times: payload.SelectAll("body:message.date", "body:edited_message.edit_date", "body:channel_post.date",
			"body:callback_query.message.date"),
	},
	Ack: &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
}
