package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// bitbucketDataCenter is Bitbucket Data Center, formerly Bitbucket Server, which companies host themselves.
//
// Signature: like Bitbucket Cloud's: X-Hub-Signature is "sha256=" and the hex HMAC-SHA-256 of the body.
//
// Event: X-Request-Id, where Cloud has X-Request-UUID. The type is in X-Event-Key and in the body.
//
// Traps: "Test connection" sends diagnostics:ping without a signature, even if a secret is set, and reports an error
// unless it gets 200; see bitbucketPing. Times have a zone without a colon.
var bitbucketDataCenter = Provider{
	ID: "bitbucket-data-center", Name: "Bitbucket Data Center",
	Steps: []string{
		"In the repository open Repository settings, Webhooks, Create webhook, and enter this address as its URL.",
		"Set a secret there and add the same one here.",
		"Choose the events and press Test connection. The test is not signed and is not an event.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one that you chose for the webhook"},
	Grade:  GradeA, Source: "https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html",
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events:        joins("header:X-Request-Id"),
		Types:         payload.SelectAll("header:X-Event-Key", "body:eventKey"),
		Times:         payload.SelectAll("body:date"),
		JoinedAccount: payload.SelectJoin("body:repository.project.key+body:repository.slug"),
	},
	Challenges: bitbucketPing,
}

// bitbucketPing is the unsigned request of "Test connection". A request with a signature is an event.
var bitbucketPing = []challenge.Challenge{{
	Methods: []string{"POST"},
	When: []challenge.Condition{challenge.Is("header:X-Event-Key", "diagnostics:ping"),
		challenge.Lacks("header:X-Hub-Signature")},
	Type: "ping",
}}
