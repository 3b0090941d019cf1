package provider

import (
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// TestEveryChallengeIsSafe holds the rules of package challenge against all senders.
func TestEveryChallengeIsSafe(t *testing.T) {
	found := 0
	for _, p := range All() {
		for i := range p.Challenges {
			found++
			if bad := p.Challenges[i].Check(); bad != "" {
				t.Errorf("%s: challenge %d %s", p.ID, i, bad)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d challenges", found)
	}
}

// handshake is a request by which a sender tests an address, with the result.
type handshake struct {
	id, method, query, body string
	header                  http.Header
	e                       hook.Endpoint
	reason                  hook.Reason
	reply                   string
	status                  int // of the reply; 0: there is none
}

// check examines the request. An endpoint without a secret does not verify.
func (c handshake) check(t *testing.T) {
	r := extracttest.Record(c.method, c.header, c.body)
	r.Query = c.query
	if len(c.e.Secrets) == 0 {
		c.e.Verify = hook.Off
	}
	f := examine(c.id, c.e, r)
	if f.Reason != c.reason || (f.Reply != nil) != (c.status != 0) || f.Verdict == hook.Verified {
		t.Fatalf("%+v", f)
	}
	if f.Reply != nil && (f.Reply.Status != c.status || f.Reply.Body != c.reply) {
		t.Errorf("%+v", f.Reply)
	}
}

// TestFurtherHandshakes has the challenges of senders that are described by data alone.
func TestFurtherHandshakes(t *testing.T) {
	const hubAsks = "hub.mode=subscribe&hub.verify_token="
	ofMeta := hook.Endpoint{Secrets: secret(plain), Settings: map[string]string{"verify_token": "mine"}}
	for name, c := range map[string]handshake{
		"bitbucket ping": {id: "bitbucket-data-center", method: "POST", body: `{"test":true}`,
			header: headers("X-Event-Key", "diagnostics:ping"), e: hook.Endpoint{Secrets: secret(plain)}, status: 200},
		"bitbucket cloud's endpoint, ping": {id: "bitbucket", method: "POST", body: `{"test":true}`,
			header: headers("X-Event-Key", "diagnostics:ping"), e: hook.Endpoint{Secrets: secret(plain)}, status: 200},
		"bitbucket, wrongly signed ping": {id: "bitbucket-data-center", method: "POST", body: `{"test":true}`,
			header: headers("X-Event-Key", "diagnostics:ping", "X-Hub-Signature", "sha256="+hex256("{}")),
			e:      hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonSignatureMismatch},
		"bitbucket, not it": {id: "bitbucket-data-center", method: "POST", body: `{"test":true}`,
			header: headers("X-Event-Key", "pr:opened"), e: hook.Endpoint{Secrets: secret(plain)},
			reason: hook.ReasonSignatureMissing},
		"bitbucket ping, no secret": {id: "bitbucket-data-center", method: "POST", body: `{"test":true}`,
			header: headers("X-Event-Key", "diagnostics:ping"), e: hook.Endpoint{Secrets: secret(" ")},
			reason: hook.ReasonSecretMissing},
		"line check": {id: "line", method: "POST", body: `{"destination":"U1","events":[]}`,
			e: hook.Endpoint{Secrets: secret(plain)}, status: 200},
		"line check, wrongly signed": {id: "line", method: "POST", body: `{"events":[]}`,
			header: headers("X-Line-Signature", b64256("{}")), e: hook.Endpoint{Secrets: secret(plain)},
			reason: hook.ReasonSignatureMismatch},
		"line, an event without a signature": {id: "line", method: "POST", body: `{"events":[{}]}`,
			e: hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonSignatureMissing},
		"twitch": {id: "twitch", method: "POST", body: `{"challenge":"c-1"}`, reply: "c-1", status: 200,
			header: headers("Twitch-Eventsub-Message-Type", "webhook_callback_verification")},
		"twitch, not signed": {id: "twitch", method: "POST", body: `{"challenge":"c-1"}`,
			header: headers("Twitch-Eventsub-Message-Type", "webhook_callback_verification"),
			e:      hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonSignatureMissing},
		"trello": {id: "trello", method: "HEAD", e: hook.Endpoint{Secrets: secret(plain)}, status: 200},
		"okta": {id: "okta", method: "GET", header: headers("X-Okta-Verification-Challenge", "o-1"),
			e: hook.Endpoint{Secrets: secret(plain)}, reply: `{"verification":"o-1"}`, status: 200},
		"okta, markup": {id: "okta", method: "GET", header: headers("X-Okta-Verification-Challenge", "<b>"),
			e: hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonHandshakeRefused},
		"asana, there is a secret": {id: "asana", method: "POST", e: hook.Endpoint{Secrets: secret(plain)},
			header: headers("X-Hook-Secret", strings.Repeat("a", 64)), reason: hook.ReasonHandshakeRefused},
		"meta": {id: "meta", method: "GET", query: hubAsks + "mine&hub.challenge=1158201444", e: ofMeta,
			reply: "1158201444", status: 200},
		"meta, another token": {id: "meta", method: "GET", query: hubAsks + "mina&hub.challenge=1", e: ofMeta,
			reason: hook.ReasonHandshakeRefused},
		"meta, the app secret as token": {id: "meta", method: "GET", query: hubAsks + plain + "&hub.challenge=1",
			e: ofMeta, reason: hook.ReasonHandshakeRefused},
		"meta, no token": {id: "meta", method: "GET", query: hubAsks + "&hub.challenge=1", e: ofMeta,
			reason: hook.ReasonHandshakeRefused},
		"meta, none is set": {id: "meta", method: "GET", query: hubAsks + "&hub.challenge=1",
			e: hook.Endpoint{Secrets: secret(plain)}, reason: hook.ReasonHandshakeRefused},
		"meta, another mode": {id: "meta", method: "GET", e: ofMeta, reason: hook.ReasonHandshakeRefused,
			query: "hub.mode=unsubscribe&hub.verify_token=mine&hub.challenge=1"},
		"meta, markup": {id: "meta", method: "GET", query: hubAsks + "mine&hub.challenge=%3Cb%3E", e: ofMeta,
			reason: hook.ReasonHandshakeRefused},
		"meta, a colon": {id: "meta", method: "GET", query: hubAsks + "mine&hub.challenge=a:b", e: ofMeta,
			reason: hook.ReasonHandshakeRefused},
		"meta, nothing to echo": {id: "meta", method: "GET", query: hubAsks + "mine", e: ofMeta,
			reason: hook.ReasonHandshakeRefused},
		"meta, no challenge": {id: "meta", method: "POST", query: hubAsks + "mine&hub.challenge=1", e: ofMeta,
			reason: hook.ReasonSignatureMissing},
		"zoom, not its event": {id: "zoom", method: "POST", e: hook.Endpoint{Secrets: secret(plain)},
			body: `{"event":"meeting.started","payload":{"plainToken":"a"}}`, reason: hook.ReasonSignatureMissing},
		"zoom, no key": {id: "zoom", method: "POST", e: hook.Endpoint{Secrets: secret(" ")},
			body:   `{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}`,
			reason: hook.ReasonSecretMissing},
		"xero, wrong on purpose": {id: "xero", method: "POST", body: `{"events":[]}`,
			header: headers("X-Xero-Signature", b64256("{}")), e: hook.Endpoint{Secrets: secret(plain)},
			reason: hook.ReasonSignatureMismatch},
	} {
		t.Run(name, c.check)
	}
}

// TestARequestWithoutASignatureLacksIt, also where its body could be the token of a challenge: whoever reads why it was
// refused must not look for a header that was not sent.
func TestARequestWithoutASignatureLacksIt(t *testing.T) {
	for _, p := range All() {
		if p.Signature.OnlyByKey() || p.ID == "adyen" { // they need other secrets
			continue
		}
		for _, body := range []string{"", "a", "{}"} {
			e := hook.Endpoint{Secrets: secret(plain)}
			f := examine(p.ID, e, extracttest.Record("POST", nil, body))
			if f.Verdict != hook.Rejected || f.Reason != hook.ReasonSignatureMissing {
				t.Errorf("%s, %q: %s %s", p.ID, body, f.Verdict, f.Reason)
			}
		}
	}
}
