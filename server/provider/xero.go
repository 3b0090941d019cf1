package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// xero is Xero.
//
// Signature: X-Xero-Signature is the base64 HMAC-SHA-256 of the body. The key is the webhooks key of the app: it looks
// like base64 but is used as text.
//
// Event: the body is a list of events without ids; the resource, the type and the time identify one. Times are in UTC
// and name no zone.
//
// Traps: "Send Intent to receive" sends empty lists, some with a wrong signature. The right ones must get 200 without a
// body within five seconds and the wrong ones 401, or Xero sends no events.
var xero = Provider{
	ID: "xero", Name: "Xero",
	Steps: []string{
		"In Xero's developer portal open your app, Webhooks, choose the events and enter this address as the " +
			"delivery URL.",
		"Add the webhooks key here, and press Send Intent to receive there.",
	},
	Secret: SecretWords{Name: "Webhooks key", Hint: "88 characters, from the app's page Webhooks"},
	Grade:  GradeB, Source: "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/",
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Xero-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Message: signature.Message("{body}")}},
		Batch: &payload.Batch{List: "events"},
	},
	Identity: Identity{
		Events:      joins("item:resourceId+item:eventType+item:eventDateUtc"),
		JoinedTypes: joins("item:eventCategory+item:eventType"),
		Times:       payload.SelectAll("item:eventDateUtc"),
		Account:     payload.Select("item:tenantId"),
	},
	Ack: &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
	Challenges: []challenge.Challenge{{
		Methods: []string{"POST"}, Signed: true,
		When: []challenge.Condition{{At: payload.Select("body:events"), Empty: true}},
	}},
}
