package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// genericSecret is the secret of the endpoints of TestAnEndpointsSettingsDescribeItsChallenge.
const genericSecret = "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu"

func hexHMAC(text string) string { return hmacOf(genericSecret, text) }

func hmacOf(secret, text string) string {
	sum := hmac.New(sha256.New, []byte(secret))
	_, _ = sum.Write([]byte(text))
	return hex.EncodeToString(sum.Sum(nil))
}

// TestAnEndpointsSettingsDescribeItsChallenge: the forms of all senders can be described for one that has no entry.
func TestAnEndpointsSettingsDescribeItsChallenge(t *testing.T) {
	const signed = `{"challenge":"twitch-1","subscription":{}}`
	zoom := `{"challenge":"hmac-json","challenge_field":"body:payload.plainToken",` +
		`"challenge_when":"body:event=endpoint.url_validation",` +
		`"challenge_answer":"{\"plainToken\":\"{token}\",\"encryptedToken\":\"{hmac}\"}"}`
	twitch := `{"challenge":"echo-json-field","challenge_field":"challenge",` +
		`"challenge_when":"header:Twitch-Eventsub-Message-Type=webhook_callback_verification"}`
	asTwitch := http.Header{"Twitch-Eventsub-Message-Type": {"webhook_callback_verification"}}
	meta := `{"challenge":"echo-query","challenge_field":"hub.challenge",` +
		`"challenge_require":"query:hub.verify_token=mine"}`
	for i, c := range []struct {
		name, settings      string
		method, query, body string
		header              http.Header
		status              int
		answer              string
		verdict             hook.Verdict
	}{
		{"dropbox by default", `{}`, "GET", "?challenge=abcDEF123", "", nil, 200, "abcDEF123", hook.Unsigned},
		{"trello by default", `{}`, "HEAD", "", "", nil, 200, "", hook.Unsigned},
		{"markup by default", `{}`, "GET", "?challenge=%3Cb%3E", "", nil, 404, "…", hook.Rejected},
		{"none", `{"challenge":"none"}`, "GET", "?challenge=abc", "", nil, 401, "…", hook.Rejected},
		{"meta", meta, "GET", "?hub.challenge=115&hub.verify_token=mine", "", nil, 200, "115", hook.Unsigned},
		{"meta, wrong token", meta, "GET", "?hub.challenge=115&hub.verify_token=m", "", nil, 404, "…", hook.Rejected},
		{"graph, with its place", `{"challenge":"echo-query","challenge_field":"query:validationToken"}`, "POST",
			"?validationToken=a%3A+b", "", nil, 200, "a: b", hook.Unsigned},
		{"graph", `{"challenge":"echo-query","challenge_field":"validationToken"}`, "POST",
			"?validationToken=a%3A+b", "", nil, 200, "a: b", hook.Unsigned},
		{"graph, an event", `{"challenge":"echo-query","challenge_field":"validationToken"}`, "POST",
			"?validationToken=a%3A+b", `{"value":[]}`, nil, 401, "…", hook.Rejected},
		{"line", `{"challenge":"empty-batch","challenge_field":"events"}`, "POST", "", `{"events":[]}`, nil, 200, "",
			hook.Unsigned},
		{"line, an event", `{"challenge":"empty-batch","challenge_field":"events"}`, "POST", "", `{"events":[1]}`, nil,
			401, "…", hook.Rejected},
		{"twitch", twitch, "POST", "", signed, http.Header{
			"Twitch-Eventsub-Message-Type": asTwitch["Twitch-Eventsub-Message-Type"],
			"X-Signature":                  {hexHMAC(signed)}}, 200, "twitch-1", hook.Verified},
		{"twitch, not signed", twitch, "POST", "", signed, asTwitch, 401, "…", hook.Rejected},
		{"twitch, an event", twitch, "POST", "", signed, http.Header{"X-Signature": {hexHMAC(signed)}}, 200, "{…",
			hook.Verified},
		{"zoom", zoom, "POST", "", `{"event":"endpoint.url_validation","payload":{"plainToken":"tok-1"}}`, nil, 200,
			`{"encryptedToken":"` + hexHMAC("tok-1") + `","plainToken":"tok-1"}`, hook.Unsigned},
		{"zoom, a colon", zoom, "POST", "", `{"event":"endpoint.url_validation","payload":{"plainToken":"v0:1"}}`, nil,
			404,
			"…", hook.Rejected},
		{"x", `{"challenge":"hmac-json","challenge_field":"query:crc_token","encoding":"base64","prefix":"sha256=",` +
			`"challenge_answer":"{\"response_token\":\"sha256={hmac}\"}"}`, "GET",
			"?crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553", "", nil, 200,
			`{"response_token":"sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="}`, hook.Unsigned},
		{"monday", `{"challenge":"echo-json","challenge_field":"challenge"}`, "POST", "",
			`{"challenge":"c-1"}`, nil, 200,
			`{"challenge":"c-1"}`, hook.Unsigned},
		{"monday, an event", `{"challenge":"echo-json","challenge_field":"challenge"}`, "POST", "",
			`{"challenge":"c-1","event":{}}`, nil, 401, "…", hook.Rejected},
		{"okta", `{"challenge":"echo-header-json","challenge_field":"x-okta-verification-challenge"}`, "GET", "", "",
			http.Header{"X-Okta-Verification-Challenge": {"okta-1"}}, 200, `{"verification":"okta-1"}`, hook.Unsigned},
		{"cloudevents", `{"challenge":"cloudevents-options"}`, "OPTIONS", "", "",
			http.Header{"Webhook-Request-Origin": {"a.b"}},
			200, "", hook.Unsigned},
		{"bitbucket", `{"challenge":"accept-unsigned","challenge_when":"header:X-Event-Key=diagnostics:ping"}`, "POST",
			"",
			`{"test":true}`, http.Header{"X-Event-Key": {"diagnostics:ping"}}, 200, "", hook.Unsigned},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newTestAPI(t, "")
			e := h.createEndpoint(fmt.Sprintf(`{"name":"e%d","provider":"generic-hmac","settings":%s,`+
				`"secrets":[{"label":"live","value":"%s"}]}`, i, c.settings, genericSecret))
			a := h.do(request{method: c.method, path: strings.TrimPrefix(e.URL, h.URL) + c.query, body: c.body,
				header: c.header})
			begin, partly := strings.CutSuffix(c.answer, "…")
			if a.StatusCode != c.status || !partly && a.text != c.answer || !strings.HasPrefix(a.text, begin) {
				t.Errorf("%d %q, want %d %q", a.StatusCode, a.text, c.status, c.answer)
			}
			d := h.newest(e)
			event := strings.HasSuffix(c.name, "an event")
			if d.Verdict != c.verdict || (d.Type == "handshake") != (c.status == 200 && !event) ||
				d.Type == "handshake" && d.Event != "" {
				t.Errorf("stored as %s %q %q", d.Verdict, d.Type, d.Event)
			}
		})
	}
}

// TestNobodyGetsAnEventSignedByAChallenge: what an endpoint signs in the answer to a challenge is no event.
func TestNobodyGetsAnEventSignedByAChallenge(t *testing.T) {
	h := newTestAPI(t, "")
	for i, c := range []struct{ message, token, body, stamp string }{
		{"{body}", "amount=1", "amount=1", ""},
		{"{body}", "1234", "1234", ""},
		{"{time}.{body}", "1790000000.status=paid", "status=paid", "1790000000"},
		{"{time}{body}", "1790000000", "", "1790000000"},
		{"{time}.{body}", "1790000000.", "", "1790000000"},
		{"{body}", "true", " true\n", ""},
	} {
		stamp := ""
		if c.stamp != "" {
			stamp = `,"timestamp":"X-Time"`
		}
		e := h.createEndpoint(fmt.Sprintf(`{"name":"e%d","provider":"generic-hmac","tolerance":"0s","settings":`+
			`{"challenge":"hmac-json","challenge_field":"query:t","challenge_answer":"{\"r\":\"{hmac}\"}",`+
			`"message":"%s"%s},"secrets":[{"label":"live","value":"%s"}]}`, i, c.message, stamp, genericSecret))
		path := strings.TrimPrefix(e.URL, h.URL)
		a := h.do(request{method: "GET", path: path + "?t=" + strings.ReplaceAll(c.token, "=", "%3D")})
		if want := `{"r":"` + hexHMAC(c.token) + `"}`; a.text != want {
			t.Fatalf("%q, want %q", a.text, want)
		}
		a = h.do(request{method: "POST", path: path, body: c.body, header: http.Header{"X-Time": {c.stamp},
			"X-Signature": {hexHMAC(c.token)}}})
		if d := h.newest(e); a.StatusCode != 401 || d.Verdict != hook.Rejected {
			t.Errorf("%q signed %q: %d %s", c.token, c.body, a.StatusCode, d.Verdict)
		}
	}
}

func TestAWrongChallengeIsRefusedWhenItIsSaved(t *testing.T) {
	h := newTestAPI(t, "")
	for i, c := range [][2]string{
		{`{"challenge":"echo"}`, "must be one of"},
		{`{"challenge":"echo-query"}`, "challenge_field is missing"},
		{`{"challenge_field":"a"}`, "needs challenge"},
		{`{"challenge":"hmac-json","challenge_field":"crc","challenge_answer":"{\"a\":\"{hmac}\"}"}`, "query:name"},
		{`{"challenge":"hmac-json","challenge_field":"query:crc"}`, "challenge_answer is missing"},
		{`{"challenge":"hmac-json","challenge_field":"query:crc","challenge_answer":"{\"a\":\"{token}\"}"}`,
			"must contain {hmac}"},
		{`{"challenge":"hmac-json","challenge_field":"query:crc","challenge_answer":"{\"a\":1}"}`, "JSON object"},
		{`{"challenge":"echo-json","challenge_field":"a","challenge_answer":"{\"a\":\"{body:b}\"}"}`, "only {token}"},
		{`{"challenge":"echo-json","challenge_field":"a","challenge_answer":"{\"a\":\"{hmac}\"}"}`, "only {token}"},
		{`{"challenge":"answer-method","challenge_field":"POST"}`, "HEAD, GET or OPTIONS"},
		{`{"challenge":"accept-unsigned"}`, "challenge_when is missing"},
		{`{"challenge":"accept-unsigned","challenge_when":"nothing"}`, "challenge_when must be"},
		{`{"challenge":"echo-header","challenge_field":"Location"}`, "must not be"},
		{`{"challenge":"echo-header","challenge_field":"authorization"}`, "Authorization"},
		{`{"challenge":"visit-url","challenge_field":"SubscribeURL"}`, "challenge_host"},
		{`{"challenge":"visit-url","challenge_field":"SubscribeURL","challenge_host":"sns.*.com"}`, "challenge_host"},
		{`{"challenge":"visit-url","challenge_field":"SubscribeURL","challenge_host":"*.com"}`, "challenge_host"},
		{`{"challenge":"echo-query","challenge_field":"a","challenge_host":"a.b"}`, "challenge_host"},
	} {
		a := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true, body: fmt.Sprintf(
			`{"name":"e%d","provider":"generic-hmac","settings":%s,"secrets":[{"label":"live","value":"%s"}]}`,
			i, c[0], genericSecret)})
		if a.StatusCode != 400 || !strings.Contains(strings.ReplaceAll(a.text, `\`, ""), c[1]) {
			t.Errorf("%s: %d %s, want %q", c[0], a.StatusCode, a.text, c[1])
		}
	}
}

// TestAChallengeMovesNoStatus: a stranger may send one, so nothing in its body counts, even where unverified deliveries
// do.
func TestAChallengeMovesNoStatus(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.createEndpoint(`{"name":"line","provider":"generic-hmac","settings":{"challenge":"empty-batch",` +
		`"challenge_field":"events"},"secrets":[{"label":"live","value":"` + genericSecret + `"}],"statuses":{` +
		`"unsigned":true,"mapping":{"kind":"own","subject":"body.order","state":"body.state"}}}`)
	body := `{"events":[],"order":"o-1","state":"paid"}`
	path := strings.TrimPrefix(e.URL, h.URL)
	h.do(request{method: "POST", path: path, body: body}).expect(t, 200, "")
	d := h.newest(e)
	if d.Type != "handshake" || d.Verdict != hook.Unsigned {
		t.Fatalf("%s %q", d.Verdict, d.Type)
	}
	if len(d.Effects) > 0 {
		t.Errorf("%+v", d.Effects)
	}
	event := strings.Replace(body, "[]", "[1]", 1)
	h.do(request{method: "POST", path: path, body: event, header: http.Header{"X-Signature": {hexHMAC(event)}}}).
		expect(t, 200, "")
	if d := h.newest(e); len(d.Effects) == 0 {
		t.Error("the mapping reads no event either")
	}
}
