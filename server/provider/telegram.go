package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// telegram is the Bot API of Telegram.
//
// Signature: X-Telegram-Bot-Api-Secret-Token is the secret itself, 1 to 256 letters, digits, "_" and "-", as given to
// setWebhook. It proves who sent the request but not what is in it.
//
// Event: update_id, a number that increases for each bot. The type of an update is the name of the member beside
// update_id, such as message or callback_query.
//
// Traps: Telegram reads the body of a 2xx answer as a call of a Bot API method, so the answer must be empty. Updates
// that cannot be delivered are kept for 24 hours.
var telegram = Provider{
	ID: "telegram", Name: "Telegram Bot API",
	Aliases: []string{"Telegram bot"},
	Grade:   GradeB, Source: "https://core.telegram.org/bots/api#setwebhook",
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
