package provider

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// maxEcho bounds what a handshake sends back, in bytes.
const maxEcho = 512

// echo answers with a challenge as plain text; nil where it is not one that can be sent back safely.
func echo(challenge string) *hook.Reply {
	if !token68(challenge, maxEcho) {
		return nil
	}
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8", Body: challenge}}
}

// token68 reports whether s is short and made of letters, digits and what ids and addresses need: never markup.
func token68(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-._~+/=:|", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

func answered(reply *hook.Reply) (Finding, bool) {
	if reply == nil {
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonHandshakeRefused}, true
	}
	return Finding{Verdict: hook.Unsigned, Type: "handshake", Reply: reply}, true
}

// hubChallenge answers WebSub's and Meta's question. It is confirmed only where the endpoint's settings name the topic
// or the token, or else a stranger could subscribe the endpoint to anything.
func hubChallenge(q *request) (Finding, bool) {
	if q.record.Method != "GET" {
		return Finding{}, false
	}
	sent, err := url.ParseQuery(q.record.Query)
	mode := sent.Get("hub.mode")
	if err != nil || mode == "" {
		return Finding{}, false
	}
	topic, secret := q.endpoint.Settings["topic"], q.endpoint.Settings["verify_token"]
	wanted := topic != "" || secret != ""
	wanted = wanted && (topic == "" || topic == sent.Get("hub.topic"))
	wanted = wanted && (secret == "" || sameText([]byte(secret), []byte(sent.Get("hub.verify_token"))))
	if !wanted || mode != "subscribe" && mode != "unsubscribe" {
		return answered(nil)
	}
	return answered(echo(sent.Get("hub.challenge")))
}

// cloudEventsOrigin answers the question whether an origin may send. The setting "origin" narrows it to one.
func cloudEventsOrigin(q *request) (Finding, bool) {
	origin := q.record.Header("Webhook-Request-Origin")
	if q.record.Method != "OPTIONS" || origin == "" {
		return Finding{}, false
	}
	if only := q.endpoint.Settings["origin"]; !token68(origin, 253) || only != "" && only != origin {
		return answered(nil)
	}
	reply := &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"},
		Headers: []hook.Header{{Name: "Allow", Value: "POST"}, {Name: "Webhook-Allowed-Origin", Value: origin}}}
	if rate := q.record.Header("Webhook-Request-Rate"); digits(rate, 6) {
		reply.Headers = append(reply.Headers, hook.Header{Name: "Webhook-Allowed-Rate", Value: rate})
	}
	return answered(reply)
}

// braintreeChallenge answers with the challenge signed by the first private key.
func braintreeChallenge(q *request) (Finding, bool) {
	challenge := q.read("query:bt_challenge")
	if q.record.Method != "GET" || challenge == "" {
		return Finding{}, false
	}
	public := q.endpoint.Settings["public_key"]
	secrets := notBlank(q.endpoint.Secrets)
	if !isChallenge(challenge) || public == "" || len(secrets) == 0 {
		return answered(nil)
	}
	k, ok := hashedWithSHA1.of(secrets[0].Value, q.At)
	if !ok {
		return answered(nil)
	}
	sum := hmac.New(sha1.New, k.bytes)
	_, _ = sum.Write([]byte(challenge))
	return answered(echo(public + "|" + hex.EncodeToString(sum.Sum(nil))))
}

// isChallenge reports whether s is 20 to 32 hex digits.
func isChallenge(s string) bool {
	return len(s) >= 20 && len(s) <= 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// braintreeNoPayload refuses a notification whose payload could be a challenge that this endpoint has signed.
func braintreeNoPayload(q *request) (Finding, bool) {
	if f, asked := braintreeChallenge(q); asked {
		return f, true
	}
	if isChallenge(strings.TrimSpace(q.read("form:bt_payload"))) {
		return Finding{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed}, true
	}
	return Finding{}, false
}

// wooPing recognises the unsigned request that WooCommerce sends when a webhook is saved.
func wooPing(q *request) (Finding, bool) {
	id, found := strings.CutPrefix(string(q.record.Body[:min(len(q.record.Body), 40)]), "webhook_id=")
	if !found || !digits(id, 20) || q.record.Method != "POST" || q.record.Header("X-Wc-Webhook-Signature") != "" {
		return Finding{}, false
	}
	return Finding{Verdict: hook.Unsigned, Type: "ping", Reply: here()}, true
}

func digits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// slackChallenge answers the question that Slack asks when the address is entered.
func slackChallenge(q *request) *hook.Reply {
	if q.read("body:type") != "url_verification" {
		return nil
	}
	return echo(q.read("body:challenge"))
}

// discordPing answers both kinds of PING: that of events without a body, that of interactions in kind.
func discordPing(q *request) *hook.Reply {
	switch kind := q.read("body:type"); {
	case kind == "0" || kind == "1" && q.json("event").Exists():
		return &hook.Reply{Exact: true, Response: hook.Response{Status: 204, ContentType: "application/json"}}
	case kind == "1":
		return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "application/json", Body: `{"type":1}`}}
	}
	return nil
}

// mailchimpKnock answers the GET by which Mailchimp finds out whether the address is there. It has the secret in it, as
// every event will.
func mailchimpKnock(q *request) (Finding, bool) {
	if q.record.Method != "GET" {
		return Finding{}, false
	}
	sent, known := []byte(q.read("query:secret")), len(q.endpoint.Secrets) == 0
	for _, s := range notBlank(q.endpoint.Secrets) {
		known = sameText([]byte(s.Value), sent) || known
	}
	if !known {
		return answered(nil)
	}
	return answered(here())
}

// mandrillKnock answers the HEAD that asks the same.
func mandrillKnock(q *request) (Finding, bool) {
	if q.record.Method != "HEAD" {
		return Finding{}, false
	}
	return answered(here())
}

// here says that the address is there.
func here() *hook.Reply {
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"}}
}
