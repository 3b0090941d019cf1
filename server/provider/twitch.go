package provider

import (
	"time"

	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// twitch is EventSub of Twitch.
//
// Signature: Twitch-Eventsub-Message-Signature is "sha256=" and the hex HMAC-SHA-256 of the message's id, its time and
// the body, without anything between them. The key is the secret of the subscription, as text.
//
// Event: Twitch-Eventsub-Message-Id, which a retry keeps; Twitch-Eventsub-Message-Retry counts the attempts.
//
// Traps: the time is in RFC 3339 with up to nine decimals, and is signed as the text that was sent. A message may be
// ten minutes old. Twitch revokes a subscription after repeated failures. A new subscription begins with a signed
// challenge.
var twitch = Provider{
	ID: "twitch", Name: "Twitch EventSub",
	Steps: []string{
		"Choose a secret of 10 to 100 ASCII characters and add it here first.",
		"Create the subscription with Twitch's API: transport.callback is this address, which must be https on port " +
			"443, and transport.secret is that secret.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the transport.secret of the subscription"},
	Grade:  GradeA, Source: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
	Tolerance: 10 * time.Minute,
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:Twitch-Eventsub-Message-Signature"),
			Format: signature.Prefixed, Prefix: "sha256=", Hash: "sha256",
			Message: signature.Message("{header:Twitch-Eventsub-Message-Id}{time}{body}"),
			Time:    payload.Select("header:Twitch-Eventsub-Message-Timestamp")}},
	},
	Identity: Identity{
		Events:  joins("header:Twitch-Eventsub-Message-Id"),
		Types:   payload.SelectAll("header:Twitch-Eventsub-Subscription-Type", "body:subscription.type"),
		Times:   payload.SelectAll("header:Twitch-Eventsub-Message-Timestamp"),
		Account: payload.Select("body:subscription.condition.broadcaster_user_id"),
	},
	Challenges: []challenge.Challenge{{
		Methods: []string{"POST"},
		When: []challenge.Condition{
			challenge.Is("header:Twitch-Eventsub-Message-Type", "webhook_callback_verification"),
			challenge.Has("body:challenge")},
		Signed: true,
		Token:  challenge.Token{At: payload.Select("body:challenge"), Form: challenge.Name},
		Reply:  challenge.Reply{Text: challenge.Text("{token}")},
	}},
}
