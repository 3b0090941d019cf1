package provider

// shops are senders of orders.
var shops = []Provider{
	{
		ID: "shopify", Name: "Shopify",
		Steps: []string{
			"In Shopify's admin open Settings, Notifications, Webhooks, and make one with this address and the format JSON.",
			"Add the secret shown below the list of webhooks here. For an app's webhooks it is the app's client secret.",
		},
		Secret: SecretWords{Name: "Webhook secret", Hint: "below the list of webhooks; for an app its client secret",
			Not: []Lookalike{{"shpat_", "an access token"}, {"shpca_", "an access token"}, {"shppa_", "an access token"}}},
		Settings: []Setting{
			{Name: "shops", Label: "Shops", Hint: "several, where an app's webhooks come from more than one: then no order is known by its number alone"},
		},
		rules: []rule{
			{at: "header:X-Shopify-Hmac-Sha256", hash: "sha256", coding: inBase64, message: "{body}"},
			{at: "header:Shopify-Hmac-Sha256", hash: "sha256", coding: inBase64, message: "{body}"},
		},
		events: []string{"header:X-Shopify-Webhook-Id", "header:Shopify-Webhook-Id", "header:Shopify-Event-Id"},
		types:  []string{"header:X-Shopify-Topic", "header:Shopify-Topic"},
		times:  []string{"header:X-Shopify-Triggered-At", "header:Shopify-Triggered-At", "body:updated_at"}, owner: "header:X-Shopify-Shop-Domain",
		mode: "!body:test", tells: shopifyTells,
	},
	{
		ID: "woocommerce", Name: "WooCommerce",
		Steps: []string{
			"In WordPress open WooCommerce, Settings, Advanced, Webhooks, and add one with this address as its delivery URL.",
			"Enter a secret there and add the same one here. The first request when it is saved is unsigned and no event.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "the one of this webhook",
			Not: []Lookalike{{"ck_", "an API consumer key"}, {"cs_", "an API consumer secret"}}},
		rules:  []rule{{at: "header:X-Wc-Webhook-Signature", hash: "sha256", coding: inBase64, message: "{body}"}},
		events: []string{"header:X-Wc-Webhook-Topic+body:id+body:date_modified_gmt+sha256", "header:X-Wc-Webhook-Topic+sha256", "sha256"},
		types:  []string{"header:X-Wc-Webhook-Topic"},
		times:  []string{"body:date_modified_gmt"}, owner: "header:X-Wc-Webhook-Source",
		tells: wooTells,
		greet: handshake{unsigned: wooPing},
	},
}
