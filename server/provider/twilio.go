package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// twilio is Twilio: messages, calls and status callbacks.
//
// Signature: X-Twilio-Signature is a base64 HMAC-SHA-1. For a form it covers the URL and then each field's name and
// value, sorted by name. For JSON it covers the URL alone, whose query parameter bodySHA256 holds the hash of the body.
// The key is the primary auth token of the account, as text.
//
// Event: I-Twilio-Idempotency-Token. Otherwise the id of the message or call together with its status.
//
// Traps: the signed URL is the one registered at Twilio, with or without the default port; both forms are tried. Behind
// a proxy it must be set as signed_url. There is no time in the signature. The answer is TwiML, and an empty Response
// does nothing.
//
// Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
var twilio = Provider{
	ID: "twilio", Name: "Twilio",
	Steps: []string{
		"In Twilio's console copy the account's primary auth token and add it here.",
		"Enter this address as the webhook or status callback of your number or service.",
		"If you registered another address at Twilio, set signed_url to it: it is part of the signature.",
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

// portForms adds each address with its default port written out, or left out: a sender may have signed either form.
func portForms(addresses []string) []string {
	for _, address := range addresses {
		if other := otherPort(address); other != "" {
			addresses = append(addresses, other)
		}
	}
	return addresses
}

// otherPort returns an http or https address without its default port, or with it if the address has no port; "" if it
// has another port.
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
	case colon <= strings.LastIndexByte(host, ']'): // a colon within brackets is part of an IPv6 address
		return scheme + "://" + host + ":" + standard + tail
	case host[colon+1:] == standard:
		return scheme + "://" + host[:colon] + tail
	}
	return ""
}
