package provider

import (
	"time"

	"hookbeam/server/hook"
)

// mail are senders of events about contacts and mail.
var mail = []Provider{
	{
		ID: "mailchimp", Name: "Mailchimp (Marketing)",
		Steps: []string{
			"Choose a long secret, add it here, and put it behind this address as ?secret=…: Mailchimp signs nothing.",
			"In Mailchimp open Audience, Settings, Webhooks, and enter the address with the secret.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "the one behind ?secret= in the address"},
		rules:  []rule{{kind: token, at: "query:secret"}},
		greet:  handshake{unsigned: mailchimpKnock},
		events: []string{"form:type+form:fired_at+form:data[id]+form:data[list_id]"}, types: []string{"form:type"},
		times: []string{"form:fired_at"}, owner: "form:data[list_id]",
	},
	{
		ID: "mandrill", Name: "Mailchimp Transactional (Mandrill)",
		Steps: []string{
			"In Mailchimp Transactional open Settings, Webhooks, and add this address with the events you need: it is asked whether it is there, which is answered.",
			"Copy the webhook's key from there and add it here.",
			"If Mailchimp knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
		},
		Secret: SecretWords{Name: "Webhook key", Hint: "beside the webhook", Not: []Lookalike{{"md-", "an API key"}}},
		rules:  []rule{{at: "header:X-Mandrill-Signature", hash: "sha1", coding: inBase64, message: "{url}{form}"}},
		greet:  handshake{unsigned: mandrillKnock},
		batch:  &batch{field: "mandrill_events"},
		events: []string{"item:_id+item:event+item:ts"}, types: []string{"item:event"},
		times: []string{"item:ts"},
	},
	{
		ID: "hubspot", Name: "HubSpot",
		Steps: []string{
			"In HubSpot's developer account open your app, Webhooks, and enter this address as the target URL.",
			"Add the app's client secret here.",
			"Signatures of version 1 and 2 can be forged by appending, and are refused unless the setting legacy is accept.",
		},
		Secret: SecretWords{Name: "Client secret", Hint: "of the app",
			Not: []Lookalike{{"pat-", "an access token"}}},
		Settings: []Setting{
			{Name: "legacy", Label: "Old signatures", Hint: "accept, to take versions 1 and 2 as well"},
		},
		rules: []rule{
			{at: "header:X-Hubspot-Signature-V3", hash: "sha256", coding: inBase64, message: "{method}{url}{body}{time}",
				time: "header:X-Hubspot-Request-Timestamp", unit: time.Millisecond, decoded: true},
			{kind: plainHash, at: "header:X-Hubspot-Signature", hash: "sha256", message: "{secret}{method}{url}{body}", legacy: true},
			{kind: plainHash, at: "header:X-Hubspot-Signature", hash: "sha256", message: "{secret}{body}", legacy: true},
		},
		batch:  &batch{},
		events: []string{"item:eventId+item:subscriptionId+item:occurredAt"}, types: []string{"item:subscriptionType"},
		times: []string{"item:occurredAt"}, owner: "item:portalId",
	},
	{
		ID: "sendgrid", Name: "SendGrid Event Webhook",
		Steps: []string{
			"In SendGrid open Settings, Mail Settings, Event Webhook, and enter this address.",
			"Switch the signed event webhook on, and add its verification key here.",
		},
		Secret: SecretWords{Name: "Verification key", Hint: "base64, begins with MFkwEwYH", Begins: "MFkwEwYH",
			Not: []Lookalike{{"SG.", "an API key"}}},
		rules: []rule{{kind: ecdsaP256, at: "header:X-Twilio-Email-Event-Webhook-Signature", hash: "sha256", coding: inBase64, key: fromSPKI,
			message: "{time}{body}", time: "header:X-Twilio-Email-Event-Webhook-Timestamp", unit: time.Second}},
		secret: secretRule{forms: []keyForm{fromSPKI}, shape: "the verification key, in base64"},
		batch:  &batch{},
		events: []string{"item:sg_event_id"}, types: []string{"item:event"},
		times: []string{"item:timestamp"},
	},
	{
		ID: "mailgun", Name: "Mailgun",
		Steps: []string{
			"In Mailgun open Sending, Webhooks, and enter this address for the events you need.",
			"Add the HTTP webhook signing key here (not the API key). It covers the time and a token, not the event itself.",
		},
		Secret: SecretWords{Name: "HTTP webhook signing key", Hint: "from Sending, Webhooks",
			Not: []Lookalike{{"key-", "an API key"}, {"pubkey-", "a public key"}}},
		rules: []rule{{at: "body:signature.signature", hash: "sha256", covers: hook.CoversTime,
			message: "{time}{body:signature.token}", time: "body:signature.timestamp", unit: time.Second}},
		events: []string{"body:event-data.id"}, types: []string{"body:event-data.event"},
		times: []string{"body:event-data.timestamp"},
	},
}
