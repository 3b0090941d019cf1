package provider

import "slices"

// catalogue holds every provider, in the order in which the dashboard offers them. A new sender is added here.
//
// The compiler makes one function of all variables of the package. What it notes about the stack of a function, for
// each call in it, grows with the square of its size, so long literals such as Rules are the results of functions.
var catalogue = slices.Concat(
	category("general", generic, sharedSecretHeader, standardWebhooks, svix, cloudevents, websub, genericHMAC,
		rfc9421, basicAuth),
	category("payments", stripe, razorpay, paypal, paddle, lemonsqueezy, square, adyen, mollie,
		braintree, paystack, flutterwave, coinbaseCommerce, btcpay),
	category("code", github, gitlab, bitbucket, bitbucketDataCenter, gitea),
	category("shops", shopify, woocommerce),
	category("chat", slack, telegram, discord, twilio, line, twitch, meta, zoom),
	category("mail", mailchimp, mandrill, sendgrid, mailgun),
	category("identity", okta),
	category("crm", hubspot, trello, asana, xero, microsoftGraph, sharePoint),
	category("monitoring", awsSNS, azureEventGrid),
)

// Categories are the kinds of senders, in the order in which the dashboard shows them: forms belong to "crm", builds to
// "code", calls to "chat". Senders of "general" are schemes that any sender may use.
func Categories() []string {
	return []string{"payments", "shops", "code", "chat", "mail", "identity", "crm", "monitoring", "general"}
}

// category returns the providers with their category set. It copies them, so the variables of the senders' files have
// none.
func category(name string, list ...Provider) []Provider {
	for i := range list {
		list[i].Category = name
	}
	return list
}

// All returns a copy of every provider that is no alias, in the order in which the dashboard offers them.
func All() []Provider {
	return slices.DeleteFunc(slices.Clone(catalogue), func(p Provider) bool { return p.AliasOf != "" })
}

// Aliases returns the providers that are aliases of the one with this id.
func Aliases(id string) []Provider {
	return slices.DeleteFunc(slices.Clone(catalogue), func(p Provider) bool { return p.AliasOf != id })
}

// For returns the provider with this id; false if there is none. The provider must not be changed.
func For(id string) (*Provider, bool) {
	for i := range catalogue {
		if catalogue[i].ID == id {
			return &catalogue[i], true
		}
	}
	return nil, false
}
