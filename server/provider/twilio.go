package provider

import (
	"net/url"
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
// Event: I-Twilio-Idempotency-Token. Otherwise the id of the message or call together with its status. They are in the
// query if the webhook's method is GET.
//
// Traps: the signed URL is the one registered at Twilio, with or without the default port, and with its query as
// registered or as an old encoder writes it, where it's stays as it is; see twilioForms. Behind a proxy it must be set
// as signed_url. There is no time in the signature. The answer is TwiML, and an empty Response
// does nothing.
var twilio = Provider{
	ID: "twilio", Name: "Twilio",
	Aliases: []string{"SMS", "Twilio Voice"},
	Grade:   GradeA, Source: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
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
				Message: signature.Message("{url}{form}"), Addresses: twilioForms},
			{At: payload.Select("header:X-Twilio-Signature"), Hash: "sha1", Encoding: signature.Base64,
				Message: signature.Message("{url}"), Addresses: twilioForms, BodyHashIn: "bodySHA256"},
		},
	},
	Identity: Identity{
		Events: joins("header:I-Twilio-Idempotency-Token", "form:MessageSid+form:MessageStatus",
			"form:CallSid+form:CallStatus", "query:MessageSid+query:MessageStatus", "query:CallSid+query:CallStatus"),
		Types: payload.SelectAll("form:MessageStatus", "form:CallStatus", "form:EventType", "query:MessageStatus",
			"query:CallStatus", "query:EventType"),
		Account: payload.Select("form:AccountSid"), OtherAccount: payload.Select("query:AccountSid"),
	},
	Ack: &hook.Response{Status: 200, ContentType: "text/xml; charset=utf-8", Body: "<Response/>"},
}

// twilioForms adds the forms of each address that Twilio may have signed: with the query as its old encoder writes it,
// and each with the other way to write the default port.
func twilioForms(addresses []string) []string {
	for _, address := range addresses {
		if old := oldQuery(address); old != address {
			addresses = append(addresses, old)
		}
	}
	return portForms(addresses)
}

// oldQuery returns an address with its query decoded and encoded again as Twilio's old encoder does: it escapes what is
// not a letter, a digit or one of -_.!~*'(), and writes a blank as %20. A part that cannot be decoded stays as it is.
func oldQuery(address string) string {
	front, query, _ := strings.Cut(address, "?")
	if query == "" {
		return address
	}
	b := append(make([]byte, 0, len(address)+16), front...)
	mark := byte('?')
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		b = append(appendOldEscaped(append(b, mark), name), '=')
		b, mark = appendOldEscaped(b, value), '&'
	}
	return string(b)
}

// appendOldEscaped appends a name or value of a query in the encoding of oldQuery.
func appendOldEscaped(b []byte, escaped string) []byte {
	plain, err := url.QueryUnescape(escaped)
	if err != nil {
		return append(b, escaped...)
	}
	for _, c := range []byte(plain) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.!~*'()", c) >= 0:
			b = append(b, c)
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}

const upperHex = "0123456789ABCDEF"

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
