package provider

import (
	"net/url"
	"time"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// hubspot is HubSpot: how it signs, and what its deliveries say. HubSpot signs the method, the address,
// the body and the time with HMAC-SHA-256. The hashes of versions 1 and 2 can be extended by a
// stranger: https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
var hubspot = Provider{
	ID: "hubspot", Name: "HubSpot",
	Steps: []string{
		"In HubSpot's developer account open your app, Webhooks, and enter this address as the target URL.",
		"Add the app's client secret here.",
		"Signatures of version 1 and 2 can be forged by appending, and are refused unless the setting " +
			"legacy is accept.",
	},
	Secret: SecretWords{Name: "Client secret", Hint: "of the app",
		Not: []Lookalike{{"pat-", "an access token"}}},
	Settings: []Setting{
		{Name: "legacy", Label: "Old signatures", Hint: "accept, to take versions 1 and 2 as well"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Hubspot-Signature-V3"), Hash: "sha256", Encoding: signature.Base64,
				Message: signature.Message("{method}{url}{body}{time}"),
				Time:    payload.Select("header:X-Hubspot-Request-Timestamp"), Unit: time.Millisecond,
				Addresses: decodedForms},
			{Kind: signature.PlainHash, At: payload.Select("header:X-Hubspot-Signature"), Hash: "sha256",
				Message: signature.Message("{secret}{method}{url}{body}"), Legacy: true},
			{Kind: signature.PlainHash, At: payload.Select("header:X-Hubspot-Signature"), Hash: "sha256",
				Message: signature.Message("{secret}{body}"), Legacy: true},
		},
		Batch: &payload.Batch{},
	},
	Identity: Identity{
		Events:  joins("item:eventId+item:subscriptionId+item:occurredAt"),
		Types:   payload.SelectAll("item:subscriptionType"),
		Times:   payload.SelectAll("item:occurredAt"),
		Account: payload.Select("item:portalId"),
	},
}

// decodedForms adds each address as HubSpot signs it: with its percent-encoding undone.
func decodedForms(addresses []string) []string {
	for _, address := range addresses {
		if plain, err := url.PathUnescape(address); err == nil && plain != address {
			addresses = append(addresses, plain)
		}
	}
	return addresses
}
