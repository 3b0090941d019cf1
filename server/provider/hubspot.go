package provider

import (
	"strings"
	"time"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// hubspot is HubSpot.
//
// Signature: version 3, in X-HubSpot-Signature-v3, is the base64 HMAC-SHA-256 of the method, the URL, the body and the
// time in milliseconds. The key is the client secret of the app. Versions 1 and 2 are plain SHA-256 hashes of the
// secret followed by the data; a hash of this form can be extended without the secret, so they count only with the
// setting legacy.
//
// Event: the body is a list of up to 100 events. eventId alone is not unique; with subscriptionId and occurredAt it is.
//
// Traps: HubSpot decodes twelve escapes in the URL before it signs, and no others; see decodedForms. A 4xx answer
// other than 429 ends the retries.
var hubspot = Provider{
	ID: "hubspot", Name: "HubSpot",
	Aliases: []string{"CRM"},
	Grade:   GradeA, Source: "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
	Steps: []string{
		"In HubSpot's developer account open your app, Webhooks, and enter this address as the target URL.",
		"Add the app's client secret here.",
		"Signatures of version 1 and 2 can be forged by appending data. They are rejected unless the " +
			"setting legacy is accept.",
	},
	Secret: SecretWords{Name: "Client secret", Hint: "of the app",
		Not: []Lookalike{{"pat-", "an access token"}}},
	Settings: []Setting{
		{Name: "legacy", Label: "Old signatures", Choices: []string{"accept"},
			Hint: "accept, to allow versions 1 and 2 as well"},
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

// decodedForms adds each address with the escapes decoded that HubSpot decodes before it signs: those in capitals, as
// its documentation writes them, and then also those in small letters, which mean the same. It leaves all others as
// they are, such as %20.
func decodedForms(addresses []string) []string {
	for _, address := range addresses {
		if !strings.Contains(address, "%") {
			continue
		}
		plain := hubspotEscapes.Replace(address)
		if plain != address {
			addresses = append(addresses, plain)
		}
		if all := hubspotSmallEscapes.Replace(plain); all != plain {
			addresses = append(addresses, all)
		}
	}
	return addresses
}

// hubspotEscapes decodes the twelve escapes in the table of HubSpot's documentation, and no others.
var hubspotEscapes = strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%21", "!", "%24", "$",
	"%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%2C", ",", "%3B", ";")

// hubspotSmallEscapes decodes those of the twelve escapes that have a letter, in small letters.
var hubspotSmallEscapes = strings.NewReplacer("%3a", ":", "%2f", "/", "%3f", "?", "%2a", "*", "%2c", ",", "%3b", ";")
