package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// microsoftGraph is the change notifications of Microsoft Graph, among them lifecycle notifications.
//
// Signature: there is none. Each notification of a request has the clientState that was chosen for its subscription,
// and all of them must be a secret of the endpoint. It covers nothing of the request.
//
// Event: value is a list of notifications. One that has an id is known by it. Others have none: two changes of a file
// are reported in the same words, so a hash would take the second for a repeat of the first.
//
// Traps: the address is tested while the subscription is created, with a text that has blanks and must come back as it
// is. The JWTs in validationTokens, which notifications with resource data have, are not verified, and encrypted
// resource data is not decrypted. Lifecycle notifications have the same clientState and may come to the same address.
var microsoftGraph = Provider{
	ID: "microsoft-graph", Name: "Microsoft Graph change notifications",
	Aliases: []string{"Microsoft 365", "Office 365", "Outlook", "OneDrive", "Entra ID"},
	Grade:   GradeA,
	Source:  "https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks",
	Steps: []string{
		"Generate a secret of at most 128 characters here first, because Microsoft tests the address while the " +
			"subscription is created.",
		"Create the subscription with POST /subscriptions: notificationUrl is this address, and clientState is the " +
			"secret. lifecycleNotificationUrl may be this address too.",
		"Renew the subscription before expirationDateTime.",
	},
	Secret: SecretWords{Name: "Client state", Hint: "clientState of the subscription, 1 to 128 characters"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{clientState()},
		Secrets: signature.SecretRule{Most: maxClientState},
		Batch:   &payload.Batch{List: "value"},
	},
	Identity: Identity{
		Events:  joins("item:id"),
		Types:   payload.SelectAll("item:lifecycleEvent", "item:changeType"),
		Account: payload.Select("item:tenantId"),
	},
	Challenges: validationTokens(),
}

// maxClientState is the most characters that Microsoft accepts as clientState.
const maxClientState = 128

// clientState is the secret in each notification of Microsoft Graph and SharePoint.
func clientState() signature.Scheme {
	return signature.Scheme{Kind: signature.Token, At: payload.Select("item:clientState"), PerItem: true,
		MismatchReason: hook.ReasonSecretMismatch}
}

// validationTokens are the tests of an address by Microsoft Graph and SharePoint. Graph writes validationToken, and
// SharePoint validationtoken. A request with a notification is no test.
func validationTokens() (all []challenge.Challenge) {
	for _, name := range []string{"query:validationToken", "query:validationtoken"} {
		all = append(all, challenge.Challenge{
			Methods: []string{"POST", "GET"},
			When:    []challenge.Condition{challenge.Has(name), challenge.Lacks("body:value.0.subscriptionId")},
			Token:   challenge.Token{At: payload.Select(name), Form: challenge.Printable},
			Reply:   challenge.Reply{Text: challenge.Text("{token}")},
		})
	}
	return all
}
