package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// generic takes deliveries of any sender. A secret counts where one is sent as it is in a header.
var generic = Provider{
	ID: "generic", Name: "Any sender",
	Steps: []string{
		"Give the address to the sender as its webhook URL.",
		"If the sender can send a header of your choice, set a secret here and have it sent as X-Webhook-Secret.",
		"If it can name its events, have it send a unique id as Webhook-Id: a repeat is then recognised.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "at least 16 characters; sent as X-Webhook-Secret"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.Token, At: payload.Select("header:X-Webhook-Secret"),
			MismatchReason: hook.ReasonSecretMismatch}},
	},
	Identity: Identity{
		Events: joins("header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key"),
		Types:  payload.SelectAll("head:type", "head:event"),
	},
}
