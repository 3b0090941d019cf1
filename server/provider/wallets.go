package provider

// wallets are further senders of payment events.
var wallets = []Provider{
	{
		ID: "braintree", Name: "Braintree",
		Steps: []string{
			"Put your public key into the setting public_key and add your private key here as the secret.",
			"In Braintree's control panel open Settings, Webhooks, and add this address: it is asked a question, which is answered with the keys.",
		},
		Secret: SecretWords{Name: "Private key", Hint: "from Settings, API",
			Not: []Lookalike{{"access_token$", "an access token"}}},
		Settings: []Setting{
			{Name: "public_key", Label: "Public key", Hint: "from Settings, API", Required: true},
		},
		Ranges: []Range{
			{Name: "Braintree", Source: "https://developer.paypal.com/braintree/docs/reference/general/braintree-ip-addresses"},
		},
		rules: []rule{{at: "form:bt_signature", format: named, hash: "sha1", key: hashedWithSHA1,
			message: "{form:bt_payload}", newline: true}},
		events: []string{"sha256"}, types: []string{"xml:bt_payload/kind"},
		times: []string{"xml:bt_payload/timestamp"},
		tells: braintreeTells,
		greet: handshake{unsigned: braintreeNoPayload},
	},
	{
		ID: "paystack", Name: "Paystack",
		Steps: []string{
			"In Paystack's dashboard open Settings, API Keys & Webhooks, and enter this address.",
			"Paystack signs with your secret key (sk_…): add it here.",
		},
		Secret: SecretWords{Name: "Secret key", Hint: "begins with sk_live_ or sk_test_", Begins: "sk_",
			Not: []Lookalike{{"pk_", "a public key"}}},
		Ranges: []Range{
			{Name: "Paystack", Source: "https://paystack.com/docs/payments/webhooks", CIDRs: []string{"52.31.139.75/32", "52.49.173.169/32", "52.214.14.220/32"}},
		},
		rules:  []rule{{at: "header:X-Paystack-Signature", hash: "sha512", message: "{body}"}},
		events: []string{"body:event+body:data.id+body:data.status", "body:event+body:data.transaction_reference+body:data.refund_reference+body:data.status", "sha256"},
		types:  []string{"body:event"},
		times:  []string{"body:data.paid_at", "body:data.updatedAt", "body:data.created_at"}, mode: "body:data.domain",
		tells: paystackTells,
	},
	{
		ID: "flutterwave", Name: "Flutterwave",
		Steps: []string{
			"In Flutterwave's dashboard open Settings, Webhooks, and enter this address.",
			"Choose a secret hash there and add the same one here. It proves who sends, not what: ask Flutterwave for the payment before you deliver.",
		},
		Secret: SecretWords{Name: "Secret hash", Hint: "the one that you chose under Webhooks",
			Not: []Lookalike{{"FLWSECK", "an API secret key"}, {"FLWPUBK", "a public key"}}},
		rules: []rule{
			{at: "header:Flutterwave-Signature", hash: "sha256", coding: inBase64, message: "{body}"},
			{kind: token, at: "header:Verif-Hash"},
			{kind: token, at: "header:Flutterwave-Signature"},
		},
		events: []string{"body:id", "body:event+body:data.id+body:data.status", "body:type+body:data.id+body:data.status"},
		types:  []string{"body:event", "body:type"},
		times:  []string{"body:data.created_at", "body:data.created_datetime", "body:timestamp"},
		tells:  flutterwaveTells,
	},
	{
		ID: "coinbase-commerce", Name: "Coinbase Commerce",
		Steps: []string{
			"In Coinbase Commerce open Settings, Notifications, and add this address.",
			"Reveal the shared secret there and add it here.",
		},
		Secret: SecretWords{Name: "Shared secret", Hint: "from Settings, Notifications"},
		rules:  []rule{{at: "header:X-Cc-Webhook-Signature", hash: "sha256", message: "{body}"}},
		events: []string{"body:event.id"}, types: []string{"body:event.type"},
		times: []string{"body:event.created_at"},
		tells: coinbaseTells,
	},
	{
		ID: "btcpay", Name: "BTCPay Server",
		Steps: []string{
			"In your store's settings open Webhooks and make one with this address.",
			"Copy its secret and add it here, before the first event: BTCPay does not try again after a refusal.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "shown with the webhook"},
		rules:  []rule{{at: "header:Btcpay-Sig", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"}},
		events: []string{"body:originalDeliveryId", "body:deliveryId"}, types: []string{"body:type"},
		times: []string{"body:timestamp"}, owner: "body:storeId",
		tells: btcpayTells,
	},
}
