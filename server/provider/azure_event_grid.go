package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// azureEventGrid is Azure Event Grid with events in its own schema or as CloudEvents.
//
// Signature: there is none. Without further settings the secret is code or secret in the query of the address; the
// settings query and header name another parameter, or the header of a delivery property. With the settings audience
// and tenant, only a JWT of Microsoft Entra ID counts, in Authorization: it must be for this audience, from this tenant
// and made for Event Grid itself. Neither covers anything of the request.
//
// Event: the body is a list of events, usually of one. id and topic identify an event, and those of CloudEvents are id
// and source.
//
// Traps: the address is tested before the first event. A list with a validation code must be answered with that code,
// and CloudEvents ask with OPTIONS. The test is answered without the secret, because it moves nothing. Anybody with an
// account in Azure can have tokens made, so the audience alone would prove nothing without the tenant. Event Grid
// keeps a token for hours, so a token has no age, only an end. Azure Government has other keys and is not supported
// with tokens.
var azureEventGrid = Provider{
	ID: "azure-event-grid", Name: "Azure Event Grid",
	Aliases: []string{"Microsoft Azure", "Azure Blob Storage events", "EventGrid"},
	Grade:   GradeB, Source: "https://learn.microsoft.com/en-us/azure/event-grid/security-authentication",
	Steps: []string{
		"Add a long secret here, and append it to this address as ?code=…. Or have it sent in a header: enter the " +
			"header's name in the field Header, and give it to the event subscription as a delivery property.",
		"In Azure create an event subscription with the endpoint type Web Hook and this address. Azure tests the " +
			"address at once, and Hookbeam answers.",
		"With Microsoft Entra ID instead of a secret, fill in the fields Audience and Tenant here first: the " +
			"application id or URI that the event subscription asks a token for, and the id of your tenant.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "yours, of 16 characters or more; the value of ?code= in the address"},
	Settings: []Setting{
		{Name: "query", Label: "Query parameter", Hint: "the parameter with the secret", Default: "code or secret"},
		{Name: "header", Label: "Header", Hint: "the header with the secret, a delivery property"},
		{Name: "audience", Label: "Audience", Advanced: true,
			Hint: "with Microsoft Entra ID: the application id or URI that tokens are for"},
		{Name: "tenant", Label: "Tenant", Advanced: true, Hint: "with Microsoft Entra ID: the id of your tenant"},
		{Name: "origin", Label: "Origin", Advanced: true,
			Hint: "for CloudEvents: the only origin that may send; any if empty"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{Kind: signature.JWT, At: payload.Select("header:Authorization"), Prefix: "Bearer",
				Key: signature.FromPublicKey, With: "audience",
				Claims: signature.Claims{Algorithms: []string{"RS256"}, Equal: []signature.ClaimEqual{
					{Names: []string{"aud"}, Value: payload.Select("setting:audience")},
					{Names: []string{"tid"}, Value: payload.Select("setting:tenant")},
					{Names: []string{"appid", "azp"}, Value: payload.Select("const:" + eventGridApp)}}}},
			{Kind: signature.Token, At: payload.Select("query:code"), Unless: "audience",
				MismatchReason: hook.ReasonSecretMismatch},
			{Kind: signature.Token, At: payload.Select("query:secret"), Unless: "audience",
				MismatchReason: hook.ReasonSecretMismatch},
		},
		Custom: signature.CustomPlace,
		// Without the keys of private accounts, which "common" has as well.
		KeySet: "https://login.microsoftonline.com/organizations/discovery/v2.0/keys",
		Secrets: signature.SecretRule{
			Shape: "a text of your choice or, with the setting audience, a public key in PEM or as a JWK",
		},
		Batch: &payload.Batch{},
	},
	Identity: Identity{
		Events: joins(
			"item:topic+item:id",
			"item:source+item:id",
			"body:source+body:id",
			"header:Ce-Source+header:Ce-Id",
		),
		Types: payload.SelectAll("item:eventType", "item:type", "body:type", "header:Ce-Type"),
		Times: payload.SelectAll("item:eventTime", "item:time", "body:time", "header:Ce-Time"),

		Account:      payload.Select("item:topic"),
		OtherAccount: payload.Select("body:source"),
	},
	Challenges: []challenge.Challenge{
		{
			Methods: []string{"POST"}, InItem: true,
			When: []challenge.Condition{challenge.Is("header:Aeg-Event-Type", "SubscriptionValidation"),
				challenge.Has("item:data.validationCode")},
			Token: challenge.Token{At: payload.Select("item:data.validationCode"), Form: challenge.Name, Most: 128},
			Reply: challenge.Reply{JSON: challenge.Object("validationResponse", "{token}")},
		},
		challenge.Origin(),
	},
}

// eventGridApp is the application of Event Grid itself in Microsoft Entra ID, for which its tokens are made.
const eventGridApp = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
