package provider

import "time"

// general are ways to send that many senders share; the first knows any sender.
var general = []Provider{
	{
		ID: "generic", Name: "Any sender",
		Steps: []string{
			"Give the address to the sender as its webhook URL.",
			"If the sender can send a header of your choice, set a secret here and have it sent as X-Webhook-Secret.",
			"If it can name its events, have it send a unique id as Webhook-Id: a repeat is then recognised.",
		},
		rules:  []rule{{kind: token, at: "header:X-Webhook-Secret", mistake: secretMismatch}},
		events: []string{"header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key"},
		types:  []string{"head:type", "head:event"},
	},
	{
		ID: "shared-secret-header", Name: "Plain shared-secret header (X-Webhook-Secret)",
		Steps: []string{
			"Add a secret here and have the sender send it as X-Webhook-Secret.",
			"Have it name its events with X-Event-Id and X-Event-Type, if it can.",
		},
		rules:  []rule{{kind: token, at: "header:X-Webhook-Secret", mistake: secretMismatch}},
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
		tuned:  true,
		events: []string{"header:Webhook-Id", "header:X-Webhook-Id", "header:Idempotency-Key", "body:id", "sha256"},
		types:  []string{"header:X-Event-Type", "body:type", "body:event"},
		times:  []string{"body:created_at", "body:timestamp"},
	},
	{
		ID: "rfc9421", Name: "RFC 9421 HTTP Message Signatures",
		Steps: []string{
			"Add the shared secret (hmac-sha256), or the sender's Ed25519 public key as whpk_ and its 32 bytes in base64.",
			"Have the sender cover @method, content-digest, and @target-uri (or @authority and @path), and say created.",
		},
		whole:  verifyMessage,
		secret: secretRule{shape: "a shared secret, or an Ed25519 public key behind whpk_"},
		events: []string{"header:Idempotency-Key", "sha256"}, types: []string{"body:type"},
	},
	{
		ID: "basic", Name: "HTTP Basic",
		Steps: []string{
			"Add user:password here as the secret, with a password of at least 16 characters.",
			"Have the sender send them as HTTP Basic authentication.",
		},
		rules:  []rule{{kind: basic, at: "header:Authorization", mark: "Basic"}},
		secret: secretRule{login: true},
		events: []string{"header:Idempotency-Key", "sha256"}, types: []string{"body:type", "body:event"},
	},
}
