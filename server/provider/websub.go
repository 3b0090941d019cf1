package provider

import (
	"net/url"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// websub is WebSub: how it signs, and what its deliveries say. WebSub signs content with an HMAC whose
// hash the signature names. Subscriptions are confirmed by a challenge: https://www.w3.org/TR/websub/
var websub = Provider{
	ID: "websub", Name: "WebSub",
	Steps: []string{
		"Put the topic's address into the setting topic (or a token into verify_token): only that " +
			"subscription is confirmed.",
		"Add a secret here and subscribe at the hub with this address as hub.callback and the same hub.secret.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the hub.secret of the subscription"},
	Settings: []Setting{
		{Name: "topic", Label: "Topic", Hint: "the address that is subscribed to"},
		{Name: "verify_token", Label: "Verify token", Hint: "for Meta: the token that you chose"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature"),
			Format: signature.AlgorithmPair, Message: signature.Message("{body}")}},
		Secrets: signature.SecretRule{Most: 199},
	},
	Identity: Identity{
		Events: joins("sha256"),
		Types:  payload.SelectAll("const:content"),
	},
	UnsignedChallenge: hubChallenge,
}

// hubChallenge answers WebSub's and Meta's question. It is confirmed only where the endpoint's settings
// name the topic or the token, or else a stranger could subscribe the endpoint to anything.
func hubChallenge(q *signature.Request) (signature.Result, bool) {
	if q.Record.Method != "GET" {
		return signature.Result{}, false
	}
	sent, err := url.ParseQuery(q.Record.Query)
	mode := sent.Get("hub.mode")
	if err != nil || mode == "" {
		return signature.Result{}, false
	}
	topic, secret := q.Settings["topic"], q.Settings["verify_token"]
	wanted := topic != "" || secret != ""
	wanted = wanted && (topic == "" || topic == sent.Get("hub.topic"))
	wanted = wanted && (secret == "" || signature.SameText([]byte(secret), []byte(sent.Get("hub.verify_token"))))
	if !wanted || mode != "subscribe" && mode != "unsubscribe" {
		return answered(nil)
	}
	return answered(echo(sent.Get("hub.challenge")))
}
