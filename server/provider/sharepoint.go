package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// sharePoint is the webhooks of lists and libraries in SharePoint.
//
// Signature: there is none. Each notification of a request has the clientState that was chosen for its subscription,
// and all of them must be a secret of the endpoint. It covers nothing of the request.
//
// Event: value is a list of notifications, which say only that a list has changed. They have no id: all changes of a
// list are reported in the same words, so a hash would take the second for a repeat of the first.
//
// Traps: SharePoint waits five seconds for an answer, tries five times, and ends a subscription after 180 days. What
// has changed must be asked for, with GetChanges.
var sharePoint = Provider{
	ID: "sharepoint", Name: "SharePoint list webhooks",
	Aliases: []string{"Microsoft SharePoint", "SharePoint Online", "Microsoft Lists"},
	Grade:   GradeA,
	Source:  "https://learn.microsoft.com/en-us/sharepoint/dev/apis/webhooks/overview-sharepoint-webhooks",
	Steps: []string{
		"Generate a secret of at most 128 characters here first, because SharePoint tests the address while the " +
			"subscription is created.",
		"Create the subscription with POST /_api/web/lists('id')/subscriptions: notificationUrl is this address, and " +
			"clientState is the secret.",
		"Renew the subscription within 180 days, and call GetChanges after each notification.",
	},
	Secret: SecretWords{Name: "Client state", Hint: "clientState of the subscription, 1 to 128 characters"},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{clientState()},
		Secrets: signature.SecretRule{Most: maxClientState},
		Batch:   &payload.Batch{List: "value"},
	},
	Identity: Identity{
		Types:   payload.SelectAll("item:changeType", "const:list-changed"),
		Account: payload.Select("item:tenantId"),
	},
	Challenges: validationTokens(),
}
