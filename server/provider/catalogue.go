package provider

import "slices"

// catalogue is every provider, in the order in which people are offered them.
var catalogue = slices.Concat(
	category("general", generic, sharedSecretHeader, standardWebhooks, svix, cloudevents, websub, genericHMAC,
		rfc9421, basicAuth),
	category("payments", stripe, razorpay, paypal, paddle, lemonsqueezy, square, adyen, mollie,
		braintree, paystack, flutterwave, coinbaseCommerce, btcpay),
	category("code", github, gitlab, bitbucket),
	category("shops", shopify, woocommerce),
	category("chat", slack, telegram, discord, twilio),
	category("mail", mailchimp, mandrill, hubspot, sendgrid, mailgun),
)

// category puts providers into a category.
func category(name string, list ...Provider) []Provider {
	for i := range list {
		list[i].Category = name
	}
	return list
}

// All returns every provider, in the order in which people are offered them.
func All() []Provider { return slices.Clone(catalogue) }

// For returns the provider with this id.
func For(id string) (*Provider, bool) {
	for i := range catalogue {
		if catalogue[i].ID == id {
			return &catalogue[i], true
		}
	}
	return nil, false
}
