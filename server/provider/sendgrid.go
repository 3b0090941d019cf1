package provider

import (
	"time"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// sendgrid is the Event Webhook of SendGrid.
//
// Signature: X-Twilio-Email-Event-Webhook-Signature is the base64 ECDSA signature (P-256, SHA-256, in ASN.1) of the
// time and the body. The time is in X-Twilio-Email-Event-Webhook-Timestamp. The key is the public "verification key"
// that SendGrid shows, a SubjectPublicKeyInfo in base64.
//
// Event: the body is a list of events; sg_event_id identifies one.
//
// Traps: the body ends with CR LF, which is part of what is signed, so a proxy must not trim it. The signature is off
// by default.
var sendgrid = Provider{
	ID: "sendgrid", Name: "SendGrid Event Webhook",
	Aliases: []string{"Twilio SendGrid"},
	Grade:   GradeA,
	Source:  "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
	Steps: []string{
		"In SendGrid open Settings, Mail Settings, Event Webhook, and enter this address.",
		"Enable the signed event webhook, and add its verification key here.",
	},
	Secret: SecretWords{Name: "Verification key", Hint: "base64, begins with MFkwEwYH", Begins: "MFkwEwYH",
		Not: []Lookalike{{"SG.", "an API key"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{Kind: signature.ECDSAP256,
			At: payload.Select("header:X-Twilio-Email-Event-Webhook-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Key: signature.FromSPKI,
			Message: signature.Message("{time}{body}"),
			Time:    payload.Select("header:X-Twilio-Email-Event-Webhook-Timestamp"), Unit: time.Second}},
		Batch:   &payload.Batch{},
		Secrets: signature.SecretRule{Shape: "the verification key, in base64"},
	},
	Identity: Identity{
		Events: joins("item:sg_event_id"),
		Types:  payload.SelectAll("item:event"),
		Times:  payload.SelectAll("item:timestamp"),
	},
}
