package provider

import (
	"time"

	"hookbeam/server/hook"
)

// payments are senders of payment events that are companies' services.
var payments = []Provider{
	{
		ID: "stripe", Name: "Stripe",
		Steps: []string{
			"In Stripe's dashboard open Developers, Webhooks, and add a destination with this address and the events you need.",
			"Reveal the signing secret of that destination (it begins with whsec_) and add it here, whole.",
		},
		rules: []rule{{at: "header:Stripe-Signature", format: pairs, between: ",", mark: "v1", hash: "sha256",
			message: "{time}.{body}", time: "pair:t", unit: time.Second}},
		events: []string{"body:id"}, types: []string{"body:type"},
		times: []string{"body:created"}, owner: "body:account", mode: "body:livemode",
	},
	{
		ID: "razorpay", Name: "Razorpay",
		Steps: []string{
			"In Razorpay's dashboard open Account & Settings, Webhooks, and add this address.",
			"Choose a secret there and add the same one here. It is not the API key's secret.",
		},
		rules: []rule{{at: "header:X-Razorpay-Signature", hash: "sha256", message: "{body}"}},
		events: []string{"header:X-Razorpay-Event-Id", "body:account_id+body:event+body:payload.payment.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.refund.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.order.entity.id+body:created_at", "sha256"},
		types: []string{"body:event"},
		times: []string{"body:created_at"}, owner: "body:account_id",
	},
	{
		ID: "paypal", Name: "PayPal",
		Steps: []string{
			"In PayPal's developer dashboard open your app and add this address under Webhooks.",
			"Copy the webhook's id from there into the setting webhook_id.",
			"Add the certificate that PayPal signs with, in PEM, as a secret. It is behind the address in the header Paypal-Cert-Url; fetch it only from PayPal's own API hosts.",
		},
		rules: []rule{{kind: certificate, at: "header:Paypal-Transmission-Sig", hash: "sha256", coding: inBase64, key: fromPEM,
			message: "{header:Paypal-Transmission-Id}|{time}|{setting:webhook_id}|{crc32}", time: "header:Paypal-Transmission-Time"}},
		secret: secretRule{forms: []keyForm{fromPEM}, shape: "a certificate in PEM, together with the setting webhook_id", pinned: true},
		events: []string{"body:id"}, types: []string{"body:event_type"},
		times: []string{"body:create_time"}, mode: "host:Paypal-Cert-Url",
	},
	{
		ID: "paddle", Name: "Paddle Billing",
		Steps: []string{
			"In Paddle open Developer tools, Notifications, and make a destination with this address.",
			"Copy that destination's secret key and add it here.",
		},
		rules: []rule{{at: "header:Paddle-Signature", format: pairs, between: ";", mark: "h1", hash: "sha256",
			message: "{time}:{body}", time: "pair:ts", unit: time.Second}},
		events: []string{"body:event_id"}, types: []string{"body:event_type"},
		times: []string{"body:occurred_at"},
	},
	{
		ID: "lemonsqueezy", Name: "Lemon Squeezy",
		Steps: []string{
			"In Lemon Squeezy open Settings, Webhooks, and add this address.",
			"Choose a signing secret of 16 to 40 characters and add the same one here.",
		},
		rules:  []rule{{at: "header:X-Signature", hash: "sha256", message: "{body}"}},
		secret: secretRule{most: 40},
		events: []string{"body:meta.webhook_id", "header:X-Event-Name+body:data.id+body:data.attributes.updated_at+sha256", "sha256"},
		types:  []string{"header:X-Event-Name", "body:meta.event_name"},
		times:  []string{"body:data.attributes.updated_at"}, owner: "body:data.attributes.store_id", mode: "!body:meta.test_mode",
	},
	{
		ID: "square", Name: "Square",
		Steps: []string{
			"In Square's developer console open your application, Webhooks, and add a subscription with this address.",
			"Copy the subscription's signature key and add it here.",
			"If Square knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
		},
		rules:  []rule{{at: "header:X-Square-Hmacsha256-Signature", hash: "sha256", coding: inBase64, message: "{url}{body}"}},
		events: []string{"body:event_id"}, types: []string{"body:type"},
		times: []string{"body:created_at"}, owner: "body:merchant_id", mode: "header:Square-Environment",
	},
	{
		ID: "adyen", Name: "Adyen",
		Steps: []string{
			"In Adyen's Customer Area open Developers, Webhooks, and add a webhook with this address.",
			"Generate an HMAC key under Security and add it here. Several payments in one request are checked one by one.",
		},
		rules: []rule{
			{at: "item:additionalData.hmacSignature", each: true, covers: hook.CoversFields, hash: "sha256", coding: inBase64, key: fromHex,
				message: "{item:pspReference}:{item:originalReference}:{item:merchantAccountCode}:{item:merchantReference}:" +
					"{item:amount.value}:{item:amount.currency}:{item:eventCode}:{item:success}"},
			{at: "header:Hmacsignature", hash: "sha256", coding: inBase64, key: fromHex, message: "{body}"},
		},
		secret: secretRule{forms: []keyForm{fromHex}, shape: "an HMAC key in hex, of at least 16 bytes"},
		batch:  &batch{list: "notificationItems", inner: "NotificationRequestItem"},
		events: []string{"item:pspReference+item:eventCode+item:success", "body:data.id+body:type+body:timestamp"},
		types:  []string{"item:eventCode", "body:type"},
		times:  []string{"item:eventDate", "body:timestamp"}, owner: "item:merchantAccountCode", mode: "body:live",
		ack: &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8", Body: "[accepted]"},
	},
	{
		ID: "mollie", Name: "Mollie",
		Steps: []string{
			"In Mollie's dashboard open Developers, Webhooks, and add this address.",
			"Copy the signing secret from there and add it here. Classic webhooks, which carry only an id, are never signed: leave the secret out for them.",
		},
		rules:  []rule{{at: "header:X-Mollie-Signature", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"}},
		events: []string{"body:id"}, types: []string{"body:type"},
		times: []string{"body:createdAt"},
	},
}
