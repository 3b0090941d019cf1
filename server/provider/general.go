package provider

import (
	"time"

	"hookbeam/server/hook"
)

// general are ways to send that many senders share; the first knows any sender.
var general = []Provider{
	{
		ID: "generic", Name: "Any sender",
		Steps: []string{
			"Give the address to the sender as its webhook URL.",
			"If the sender can send a header of your choice, set a secret here and have it sent as X-Webhook-Secret.",
			"If it can name its events, have it send a unique id as Webhook-Id: a repeat is then recognised.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "at least 16 characters; sent as X-Webhook-Secret"},
		rules:  []rule{{kind: token, at: "header:X-Webhook-Secret", mistake: hook.ReasonSecretMismatch}},
		events: []string{"header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key"},
		types:  []string{"head:type", "head:event"},
	},
	{
		ID: "shared-secret-header", Name: "Plain shared-secret header (X-Webhook-Secret)",
		Steps: []string{
			"Add a secret here and have the sender send it as X-Webhook-Secret.",
			"Have it name its events with X-Event-Id and X-Event-Type, if it can.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "at least 16 characters; sent as X-Webhook-Secret"},
		rules:  []rule{{kind: token, at: "header:X-Webhook-Secret", mistake: hook.ReasonSecretMismatch}},
		events: []string{"header:X-Event-Id", "header:Idempotency-Key", "body:id", "sha256"},
		types:  []string{"header:X-Event-Type", "body:type", "body:event"},
		times:  []string{"body:created_at", "body:timestamp"},
	},
	{
		ID: "standard-webhooks", Name: "Standard Webhooks",
		Steps: []string{
			"Register this address at the sender.",
			"Add the secret that it shows: whsec_… for v1, or the public key whpk_… for v1a.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "begins with whsec_, or whpk_ for a public key", Begins: "whsec_",
			Not: []Lookalike{{"whsk_", "a private key"}}},
		rules: []rule{
			{at: "header:Webhook-Signature", format: list, mark: "v1", hash: "sha256", coding: inBase64, key: fromWhsec,
				message: "{header:Webhook-Id}.{time}.{body}", time: "header:Webhook-Timestamp", unit: time.Second},
			{kind: edwards, at: "header:Webhook-Signature", format: list, mark: "v1a", coding: inBase64, key: fromWhpk,
				message: "{header:Webhook-Id}.{time}.{body}", time: "header:Webhook-Timestamp", unit: time.Second},
		},
		secret: secretRule{forms: []keyForm{fromWhsec, fromWhpk}, shape: "whsec_ and at least 16 bytes in base64, or a public key whpk_…"},
		events: []string{"header:Webhook-Id"}, types: []string{"body:type"},
		times: []string{"body:timestamp"},
	},
	{
		ID: "svix", Name: "Svix",
		Steps: []string{
			"Register this address as an endpoint at the sender that uses Svix.",
			"Open the endpoint there, reveal its signing secret (whsec_…) and add it here.",
		},
		Secret: SecretWords{Name: "Signing secret", Hint: "begins with whsec_", Begins: "whsec_",
			Not: []Lookalike{{"sk_", "an API key"}, {"testsk_", "an API key"}}},
		Ranges: []Range{
			{Name: "Svix", Source: "https://docs.svix.com/webhook-ips.json"},
		},
		rules: []rule{
			{at: "header:Svix-Signature", format: list, mark: "v1", hash: "sha256", coding: inBase64, key: fromWhsec,
				message: "{header:Svix-Id}.{time}.{body}", time: "header:Svix-Timestamp", unit: time.Second},
			{at: "header:Webhook-Signature", format: list, mark: "v1", hash: "sha256", coding: inBase64, key: fromWhsec,
				message: "{header:Webhook-Id}.{time}.{body}", time: "header:Webhook-Timestamp", unit: time.Second},
		},
		secret: secretRule{forms: []keyForm{fromWhsec}, shape: "whsec_ and at least 16 bytes in base64"},
		events: []string{"header:Svix-Id", "header:Webhook-Id"}, types: []string{"body:type", "body:event_type"},
		times: []string{"body:timestamp"},
	},
	{
		ID: "cloudevents", Name: "CloudEvents HTTP webhook",
		Steps: []string{
			"Add a token here and have the sender send it as Authorization: Bearer, or as access_token in the address.",
			"The sender may ask first whether its origin may send; set origin in the settings to allow only one.",
		},
		Secret: SecretWords{Name: "Token", Hint: "sent as Authorization: Bearer"},
		Settings: []Setting{
			{Name: "origin", Label: "Origin", Hint: "the only one that may send; empty: any"},
		},
		rules:  []rule{{kind: token, at: "header:Authorization", mark: "Bearer"}, {kind: token, at: "query:access_token"}},
		batch:  &batch{},
		events: []string{"header:Ce-Source+header:Ce-Id", "body:source+body:id", "item:source+item:id"},
		types:  []string{"header:Ce-Type", "body:type", "item:type"},
		times:  []string{"header:Ce-Time", "body:time", "item:time"},
		greet:  handshake{unsigned: cloudEventsOrigin},
	},
	{
		ID: "websub", Name: "WebSub",
		Steps: []string{
			"Put the topic's address into the setting topic (or a token into verify_token): only that subscription is confirmed.",
			"Add a secret here and subscribe at the hub with this address as hub.callback and the same hub.secret.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "the hub.secret of the subscription"},
		Settings: []Setting{
			{Name: "topic", Label: "Topic", Hint: "the address that is subscribed to"},
			{Name: "verify_token", Label: "Verify token", Hint: "for Meta: the token that you chose"},
		},
		rules:  []rule{{at: "header:X-Hub-Signature", format: algo, message: "{body}"}},
		secret: secretRule{most: 199},
		events: []string{"sha256"}, types: []string{"const:content"},
		greet: handshake{unsigned: hubChallenge},
	},
	{
		ID: "generic-hmac", Name: "Generic HMAC",
		Steps: []string{
			"Add the secret that the sender signs with.",
			"Say in the settings how it signs: header and prefix, algorithm (sha1, sha256, sha384, sha512), encoding (hex, base64, base64url), key (text, hex, base64, whsec).",
			"Where more than the body is signed, set message, such as {time}.{body}, and timestamp to the header that holds the seconds.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "the key that the sender signs with"},
		Settings: []Setting{
			{Name: "header", Label: "Header", Hint: "that holds the signature; X-Signature where empty"},
			{Name: "prefix", Label: "Prefix", Hint: "before the signature, such as sha256="},
			{Name: "algorithm", Label: "Algorithm", Hint: "sha1, sha256, sha384 or sha512; sha256 where empty"},
			{Name: "encoding", Label: "Encoding", Hint: "hex, base64 or base64url; hex where empty"},
			{Name: "key", Label: "Key", Hint: "text, hex, base64 or whsec: how the secret is written; text where empty"},
			{Name: "message", Label: "Message", Hint: "what is signed, such as {time}.{body}; {body} where empty"},
			{Name: "timestamp", Label: "Timestamp", Hint: "the header that holds the seconds, where the message has {time}"},
		},
		tuned:  true,
		events: []string{"header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key", "body:id", "sha256"},
		types:  []string{"header:X-Event-Type", "body:type", "body:event"},
		times:  []string{"body:created_at", "body:timestamp"},
	},
	{
		ID: "rfc9421", Name: "RFC 9421 HTTP Message Signatures",
		Steps: []string{
			"Add the shared secret (hmac-sha256), or the sender's public key in PEM (Ed25519, ECDSA on P-256, RSA). Where a key's label is the sender's keyid, that key alone is tried.",
			"Have the sender cover @method, content-digest, and @target-uri (or @authority and @path), and say created.",
		},
		Secret: SecretWords{Name: "Key", Hint: "a shared secret, or a public key"},
		whole:  verifyMessage,
		sign:   signMessage,
		secret: secretRule{shape: "a shared secret, a public key in PEM, or an Ed25519 public key behind whpk_"},
		events: []string{"nonce", "header:Idempotency-Key", "sha256"}, types: []string{"body:type"},
	},
	{
		ID: "basic", Name: "HTTP Basic",
		Steps: []string{
			"Add user:password here as the secret, with a password of at least 16 characters.",
			"Have the sender send them as HTTP Basic authentication.",
		},
		Secret: SecretWords{Name: "User and password", Hint: "user:password"},
		rules:  []rule{{kind: basic, at: "header:Authorization", mark: "Basic"}},
		secret: secretRule{login: true},
		events: []string{"header:Idempotency-Key", "sha256"}, types: []string{"body:type", "body:event"},
	},
}
