package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// twilio is Twilio: how it signs, and what its deliveries say. Twilio signs the address and the sorted
// fields of a form with HMAC-SHA-1; a JSON body is signed by its hash in the query:
// https://www.twilio.com/docs/usage/webhooks/webhooks-security
var twilio = Provider{
	ID: "twilio", Name: "Twilio",
	Steps: []string{
		"In Twilio's console copy the account's primary auth token and add it here.",
		"Enter this address as the webhook or status callback of your number or service.",
		"If Twilio knows the endpoint by another address, set that one as signed_url: it is part of the signature.",
	},
	Secret: SecretWords{Name: "Auth token", Hint: "32 characters, from the console",
		Not: []Lookalike{{"AC", "an account's id"}, {"SK", "an API key's id"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Twilio-Signature"), Hash: "sha1", Encoding: signature.Base64,
				Message: signature.Message("{url}{form}"), Addresses: portForms},
			{At: payload.Select("header:X-Twilio-Signature"), Hash: "sha1", Encoding: signature.Base64,
				Message: signature.Message("{url}"), Addresses: portForms, BodyHashIn: "bodySHA256"},
		},
	},
	Identity: Identity{
		Events: joins("header:I-Twilio-Idempotency-Token", "form:MessageSid+form:MessageStatus",
			"form:CallSid+form:CallStatus"),
		Types:   payload.SelectAll("form:MessageStatus", "form:CallStatus", "form:EventType"),
		Account: payload.Select("form:AccountSid"),
	},
	Ack: &hook.Response{Status: 200, ContentType: "text/xml; charset=utf-8", Body: "<Response/>"},
}

// portForms adds what else Twilio may have signed: it writes the default port of an address, or leaves
// it out.
func portForms(addresses []string) []string {
	for _, address := range addresses {
		if other := otherPort(address); other != "" {
			addresses = append(addresses, other)
		}
	}
	return addresses
}

// otherPort returns an address with its default port taken away, or written out.
func otherPort(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	standard := ""
	switch strings.ToLower(scheme) {
	case "https":
		standard = "443"
	case "http":
		standard = "80"
	default:
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	colon := strings.LastIndexByte(host, ':')
	switch {
	case colon <= strings.LastIndexByte(host, ']'): // those within brackets are no port
		return scheme + "://" + host + ":" + standard + tail
	case host[colon+1:] == standard:
		return scheme + "://" + host[:colon] + tail
	}
	return ""
}
