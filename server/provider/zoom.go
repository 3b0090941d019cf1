package provider

import (
	"time"

	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// zoom is the event subscriptions of Zoom.
//
// Signature: X-Zm-Signature is "v0=" and the hex HMAC-SHA-256 of "v0:", the time, ":" and the body. The key is the
// secret token of the app, as text.
//
// Event: there is no id. The event, the meeting, recording or user that it is about, a participant if there is one, and
// the time in milliseconds identify it.
//
// Traps: the answer to the test of an address, endpoint.url_validation, is an HMAC with the key that signs events. What
// is answered has no colon, and what is signed begins with "v0:", so no answer is the signature of an event. Zoom tests
// again every 72 hours. The verification token on the same page is retired.
var zoom = Provider{
	ID: "zoom", Name: "Zoom",
	Aliases: []string{"Zoom Meetings", "Zoom Phone", "Zoom Webinars"},
	Grade:   GradeA, Source: "https://developers.zoom.us/docs/api/webhooks/",
	Steps: []string{
		"In the Zoom App Marketplace open your app, Features, Event subscriptions, and copy the secret token here.",
		"Enter this address as the event notification endpoint URL and press Validate. The secret must be here before.",
		"Choose the event types, save, and activate the app.",
	},
	Secret: SecretWords{Name: "Secret token", Hint: "from the page of the event subscriptions, not the client secret"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Zm-Signature"), Format: signature.Prefixed,
			Prefix: "v0=", Hash: "sha256", Message: signature.Message("v0:{time}:{body}"),
			Time: payload.Select("header:X-Zm-Request-Timestamp"), Unit: time.Second}},
	},
	Identity: Identity{
		Events: joins(
			"body:event+body:payload.object.uuid+body:payload.object.participant.participant_uuid+body:event_ts",
			"body:event+body:payload.object.uuid+body:payload.object.participant.user_id+body:event_ts",
			"body:event+body:payload.object.uuid+body:event_ts", "body:event+body:payload.object.id+body:event_ts",
			"sha256"),
		Types:   payload.SelectAll("body:event"),
		Times:   payload.SelectAll("body:event_ts"),
		Account: payload.Select("body:payload.account_id"),
	},
	Challenges: []challenge.Challenge{{
		Methods: []string{"POST"},
		When:    []challenge.Condition{challenge.Is("body:event", "endpoint.url_validation")},
		Token:   challenge.Token{At: payload.Select("body:payload.plainToken"), Form: challenge.Name, Most: 256},
		Keyed:   &challenge.Keyed{Hash: "sha256"},
		Reply:   challenge.Reply{JSON: challenge.Object("plainToken", "{token}", "encryptedToken", "{hmac}")},
	}},
}
