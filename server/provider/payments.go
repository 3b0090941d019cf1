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
		Secret: SecretWords{Name: "Signing secret", Hint: "begins with whsec_", Begins: "whsec_",
			Not: []Lookalike{{"sk_", "an API secret key"}, {"rk_", "a restricted API key"}, {"pk_", "a publishable key"}, {"we_", "a webhook's id"}}},
		Ranges: []Range{
			{Name: "Stripe", Source: "https://docs.stripe.com/ips", CIDRs: []string{"3.18.12.63/32", "3.130.192.231/32", "13.235.14.237/32", "13.235.122.149/32", "18.211.135.69/32", "35.154.171.200/32", "52.15.183.38/32", "54.88.130.119/32", "54.88.130.237/32", "54.187.174.169/32", "54.187.205.235/32", "54.187.216.72/32"}},
		},
		rules: []rule{{at: "header:Stripe-Signature", format: pairs, between: ",", mark: "v1", hash: "sha256",
			message: "{time}.{body}", time: "pair:t", unit: time.Second}},
		events: []string{"body:id"}, types: []string{"body:type"},
		times: []string{"body:created"}, owner: "body:account", mode: "body:livemode",
		tells: stripeTells,
	},
	{
		ID: "razorpay", Name: "Razorpay",
		Steps: []string{
			"In Razorpay's dashboard open Account & Settings, Webhooks, and add this address.",
			"Choose a secret there and add the same one here. It is not the API key's secret.",
		},
		Secret: SecretWords{Name: "Webhook secret", Hint: "the one that you chose for this webhook",
			Not: []Lookalike{{"rzp_", "an API key id"}}},
		Ranges: []Range{
			{Name: "Razorpay", Source: "https://razorpay.com/docs/security/whitelists/"},
		},
		rules: []rule{{at: "header:X-Razorpay-Signature", hash: "sha256", message: "{body}"}},
		events: []string{"header:X-Razorpay-Event-Id", "body:account_id+body:event+body:payload.payment.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.refund.entity.id+body:created_at",
			"body:account_id+body:event+body:payload.order.entity.id+body:created_at", "sha256"},
		types: []string{"body:event"},
		times: []string{"body:created_at"}, owner: "body:account_id",
		tells: razorpayTells,
	},
	{
		ID: "paypal", Name: "PayPal",
		Steps: []string{
			"In PayPal's developer dashboard open your app and add this address under Webhooks.",
			"Copy the webhook's id from there into the setting webhook_id.",
			"PayPal's certificate is then fetched from PayPal when it is first needed. Only where this server has no way out, add it here in PEM; it is behind the address in the header Paypal-Cert-Url.",
		},
		Secret: SecretWords{Name: "Certificate", Hint: "PEM, only where this server cannot fetch it from PayPal"},
		Settings: []Setting{
			{Name: "webhook_id", Label: "Webhook id", Hint: "from PayPal's developer dashboard; part of what is signed", Required: true},
		},
		rules: []rule{{kind: certificate, at: "header:Paypal-Transmission-Sig", hash: "sha256", coding: inBase64, key: fromPEM,
			message: "{header:Paypal-Transmission-Id}|{time}|{setting:webhook_id}|{crc32}", time: "header:Paypal-Transmission-Time"}},
		certificate: "header:Paypal-Cert-Url", algorithm: "header:Paypal-Auth-Algo",
		secret: secretRule{forms: []keyForm{fromPEM}, shape: "a certificate in PEM, together with the setting webhook_id", pinned: true},
		events: []string{"body:id"}, types: []string{"body:event_type"},
		times: []string{"body:create_time"}, mode: "host:Paypal-Cert-Url",
		tells: paypalTells,
	},
	{
		ID: "paddle", Name: "Paddle Billing",
		Steps: []string{
			"In Paddle open Developer tools, Notifications, and make a destination with this address.",
			"Copy that destination's secret key and add it here.",
		},
		Secret: SecretWords{Name: "Secret key", Hint: "of the notification destination; begins with pdl_ntfset_", Begins: "pdl_ntfset_",
			Not: []Lookalike{{"pdl_live_apikey", "an API key"}, {"pdl_sdbx_apikey", "an API key"}, {"ntfset_", "a destination's id"}, {"live_", "a client-side token"}, {"test_", "a client-side token"}}},
		Ranges: []Range{
			{Name: "Paddle, live", Source: "https://developer.paddle.com/webhooks/respond-to-webhooks", CIDRs: []string{"34.232.58.13/32", "34.195.105.136/32", "34.237.3.244/32", "35.155.119.135/32", "52.11.166.252/32", "34.212.5.7/32"}},
			{Name: "Paddle, sandbox", Source: "https://developer.paddle.com/webhooks/respond-to-webhooks", CIDRs: []string{"34.194.127.46/32", "54.234.237.108/32", "3.208.120.145/32", "44.226.236.210/32", "44.241.183.62/32", "100.20.172.113/32"}},
		},
		rules: []rule{{at: "header:Paddle-Signature", format: pairs, between: ";", mark: "h1", hash: "sha256",
			message: "{time}:{body}", time: "pair:ts", unit: time.Second}},
		events: []string{"body:event_id"}, types: []string{"body:event_type"},
		times: []string{"body:occurred_at"},
		tells: paddleTells,
	},
	{
		ID: "lemonsqueezy", Name: "Lemon Squeezy",
		Steps: []string{
			"In Lemon Squeezy open Settings, Webhooks, and add this address.",
			"Choose a signing secret of 16 to 40 characters and add the same one here.",
		},
		Secret: SecretWords{Name: "Signing secret", Hint: "the one that you chose, of 16 to 40 characters",
			Not: []Lookalike{{"eyJ", "an API key"}}},
		rules:  []rule{{at: "header:X-Signature", hash: "sha256", message: "{body}"}},
		secret: secretRule{most: 40},
		events: []string{"body:meta.webhook_id", "header:X-Event-Name+body:data.id+body:data.attributes.updated_at+sha256", "sha256"},
		types:  []string{"header:X-Event-Name", "body:meta.event_name"},
		tells:  lemonTells,
		times:  []string{"body:data.attributes.updated_at"}, owner: "body:data.attributes.store_id", mode: "!body:meta.test_mode",
	},
	{
		ID: "square", Name: "Square",
		Steps: []string{
			"In Square's developer console open your application, Webhooks, and add a subscription with this address.",
			"Copy the subscription's signature key and add it here.",
			"If Square knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
		},
		Secret: SecretWords{Name: "Signature key", Hint: "of the webhook subscription",
			Not: []Lookalike{{"EAAA", "an access token"}, {"sq0atp-", "an access token"}, {"sq0csp-", "an application secret"}, {"sq0idp-", "an application id"}}},
		Ranges: []Range{
			{Name: "Square", Source: "https://developer.squareup.com/docs/webhooks/overview"},
		},
		rules:  []rule{{at: "header:X-Square-Hmacsha256-Signature", hash: "sha256", coding: inBase64, message: "{url}{body}"}},
		events: []string{"body:event_id"}, types: []string{"body:type"},
		times: []string{"body:created_at"}, owner: "body:merchant_id", mode: "header:Square-Environment",
		tells: squareTells,
	},
	{
		ID: "adyen", Name: "Adyen",
		Steps: []string{
			"In Adyen's Customer Area open Developers, Webhooks, and add a webhook with this address.",
			"Generate an HMAC key under Security and add it here. Several payments in one request are checked one by one.",
		},
		Secret: SecretWords{Name: "HMAC key", Hint: "64 hex digits",
			Not: []Lookalike{{"AQE", "an API key"}}},
		Settings: []Setting{
			{Name: "capture", Label: "Capture", Hint: "automatic, where Adyen captures each payment itself: then an authorised one counts as paid"},
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
		tells: adyenTells,
		ack:   &hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8", Body: "[accepted]"},
	},
	{
		ID: "mollie", Name: "Mollie",
		Steps: []string{
			"In Mollie's dashboard open Developers, Webhooks, and add this address.",
			"Copy the signing secret from there and add it here. Classic webhooks, which carry only an id, are never signed: leave the secret out for them.",
		},
		Secret: SecretWords{Name: "Signing secret", Hint: "shown when the webhook is made",
			Not: []Lookalike{{"live_", "an API key"}, {"test_", "an API key"}, {"access_", "an access token"}}},
		rules:  []rule{{at: "header:X-Mollie-Signature", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"}},
		events: []string{"body:id"}, types: []string{"body:type"},
		times: []string{"body:createdAt"}, mode: "body:_embedded.entity.mode",
		tells: mollieTells,
	},
}
