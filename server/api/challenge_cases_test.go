package api

import "strings"

// What the cases share.
const (
	jsonBody    = "application/json"
	plainBody   = "text/plain; charset=utf-8"
	hookSecret  = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	hubRequest  = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
	asksForCode = "SubscriptionValidation"
)

var (
	metaSettings = map[string]string{"verify_token": "mine"}
	larkSettings = map[string]string{"verification_token": "lark-token"}
)

// withMedia returns the headers of a JSON body and some more, names and values by turns.
func withMedia(pairs ...string) map[string]string {
	m := map[string]string{"Content-Type": jsonBody}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// challengeCases are what senders send, with the answers that they document.
var challengeCases = []challengeCase{
	{
		sender:   "meta",
		name:     "right token",
		method:   "GET",
		query:    hubRequest + "mine",
		settings: metaSettings,
		status:   200,
		media:    plainBody,
		answer:   "1158201444",
	},
	{
		sender:   "meta",
		name:     "wrong token",
		method:   "GET",
		query:    hubRequest + "other",
		settings: metaSettings,
		status:   404,
	},
	{sender: "meta", name: "no token set", method: "GET", query: hubRequest, status: 404},
	{sender: "meta", name: "no token sent", method: "GET", query: hubRequest, settings: metaSettings, status: 404},
	{sender: "meta", name: "the app secret as token", method: "GET", query: hubRequest + testChallengeKey, has: true,
		settings: metaSettings, status: 404},
	{sender: "meta", name: "another mode", method: "GET", status: 404, settings: metaSettings,
		query: "hub.mode=denied&hub.challenge=1&hub.verify_token=mine"},
	{sender: "meta", name: "markup", method: "GET", status: 404, settings: metaSettings,
		query: "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=mine"},
	{sender: "meta", name: "a line break", method: "GET", status: 404, settings: metaSettings,
		query: "hub.mode=subscribe&hub.challenge=1%0A2&hub.verify_token=mine"},
	{sender: "meta", name: "too long", method: "GET", status: 404, settings: metaSettings,
		query: "hub.mode=subscribe&hub.verify_token=mine&hub.challenge=" + strings.Repeat("1", 513)},
	{
		sender: "line",
		name:   "empty list",
		method: "POST",
		header: withMedia(),
		body:   `{"destination":"U1","events":[ ]}`,
		status: 200,
		media:  plainBody,
	},
	{sender: "line", name: "a list of an event", method: "POST", header: withMedia(), has: true,
		body: `{"destination":"U1","events":[{}]}`},
	{sender: "line", name: "null", method: "POST", header: withMedia(), has: true, body: `{"events":null}`},
	{sender: "twitch", name: "text", method: "POST", header: withMedia(
		"Twitch-Eventsub-Message-Type",
		"webhook_callback_verification",
	), body: `{"challenge":"challenge-0001","subscription":{"id":"1"}}`, status: 200,
		media: plainBody, answer: "challenge-0001"},
	{sender: "twitch", name: "not signed", method: "POST", header: withMedia("Twitch-Eventsub-Message-Type",
		"webhook_callback_verification"), body: `{"challenge":"challenge-0001"}`, has: true, status: 401},
	{sender: "x", name: "published", method: "GET", query: "crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553",
		secret: "z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu", status: 200, media: jsonBody,
		answer: `{"response_token":"sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="}`},
	{sender: "x", name: "a body as token", method: "GET", query: "crc_token=%7B%22for_user_id%22%3A%221%22%7D",
		has: true, status: 404},
	{sender: "x", name: "no key", method: "GET", query: "crc_token=abc", status: 404},
	{
		sender:   "lark",
		name:     "JSON",
		method:   "POST",
		header:   withMedia(),
		settings: larkSettings,
		status:   200,
		media:    jsonBody,
		body:     `{"challenge":"the-challenge","token":"lark-token","type":"url_verification"}`,
		answer:   `{"challenge":"the-challenge"}`,
	},
	{sender: "lark", name: "another token", method: "POST", header: withMedia(), settings: larkSettings, status: 404,
		body: `{"challenge":"the-challenge","token":"x","type":"url_verification"}`},
	{sender: "zoom", name: "JSON", method: "POST", header: withMedia(), secret: "example-secret-token", status: 200,
		body:  `{"event":"endpoint.url_validation","payload":{"plainToken":"examplePlainToken01"}}`,
		media: jsonBody,
		answer: `{"encryptedToken":"7f71d4c4f73c8845950460edb403dd569924c30bf775293506ad206d1f8557f5",` +
			`"plainToken":"examplePlainToken01"}`},
	{
		sender: "zoom",
		name:   "a colon",
		method: "POST",
		header: withMedia(),
		secret: "example-secret-token",
		status: 404,
		body:   `{"event":"endpoint.url_validation","payload":{"plainToken":"v0:1790000000:x"}}`,
	},
	{sender: "zoom", name: "no key", method: "POST", header: withMedia(), status: 404,
		body: `{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}`},
	{sender: "zoom", name: "JSON as token", method: "POST", header: withMedia(), has: true, status: 404,
		body: `{"event":"endpoint.url_validation","payload":{"plainToken":"{\"event\":\"a\"}"}}`},
	{sender: "zoom", name: "an event", method: "POST", header: withMedia(), has: true,
		body: `{"event":"meeting.started","payload":{"plainToken":"a"}}`},
	{sender: "zoom", name: "long", method: "POST", header: withMedia(), has: true, status: 404,
		body: `{"event":"endpoint.url_validation","payload":{"plainToken":"` + strings.Repeat("a", 257) + `"}}`},
	{sender: "microsoft-graph", name: "blanks", method: "POST",
		query: "validationToken=Validation%3A+Testing+Request-Id%3A+1", status: 200, media: plainBody,
		answer: "Validation: Testing Request-Id: 1"},
	{sender: "microsoft-graph", name: "a line break", method: "POST", query: "validationToken=a%0D%0Ab", status: 404},
	{sender: "microsoft-graph", name: "too long", method: "POST", status: 404,
		query: "validationToken=" + strings.Repeat("a", 2049)},
	{sender: "sharepoint", name: "small letters", method: "POST",
		query: "validationtoken=00000000-0000-4000-8000-000000000099", status: 200, media: plainBody,
		answer: "00000000-0000-4000-8000-000000000099"},
	{sender: "azure-event-grid", name: "a list of one", method: "POST", header: withMedia("aeg-event-type",
		asksForCode), body: `[{"id":"1","data":{"validationCode":"512D38B6-01"}}]`, status: 200,
		media: jsonBody, answer: `{"validationResponse":"512D38B6-01"}`},
	{sender: "azure-event-grid", name: "a list of two", method: "POST", header: withMedia("aeg-event-type",
		asksForCode), has: true, body: `[{"data":{"validationCode":"1"}},{"data":{"validationCode":"2"}}]`},
	{sender: "azure-event-grid", name: "markup", method: "POST", header: withMedia("aeg-event-type",
		asksForCode), status: 404, body: `[{"data":{"validationCode":"<b>"}}]`},
	{sender: "azure-event-grid", name: "options", method: "OPTIONS",
		header: map[string]string{"WebHook-Request-Origin": "eventgrid.example.net"}, status: 200, media: plainBody,
		answerHeader: [2]string{"WebHook-Allowed-Origin", "eventgrid.example.net"}},
	{sender: "aws-sns", name: "kept", method: "POST", header: map[string]string{"Content-Type": "text/plain",
		"x-amz-sns-message-type": "SubscriptionConfirmation"}, status: 200, media: plainBody,
		body: `{"SubscribeURL":"https://sns.eu-central-1.amazonaws.com/?Token=t"}`},
	{sender: "trello", name: "HEAD", method: "HEAD", status: 200, has: true},
	{
		sender:       "asana",
		name:         "echo",
		method:       "POST",
		header:       map[string]string{"X-Hook-Secret": hookSecret},
		status:       200,
		media:        plainBody,
		answerHeader: [2]string{"X-Hook-Secret", hookSecret},
	},
	{
		sender: "asana",
		name:   "a secret is there",
		method: "POST",
		header: map[string]string{"X-Hook-Secret": hookSecret},
		has:    true,
		status: 404,
	},
	{sender: "asana", name: "markup", method: "POST", header: map[string]string{"X-Hook-Secret": hookSecret + "<"},
		status: 404},
	{sender: "asana", name: "short", method: "POST", header: map[string]string{"X-Hook-Secret": "abc"}, status: 404},
	{
		sender: "monday",
		name:   "JSON",
		method: "POST",
		header: withMedia(),
		body:   `{"challenge":"challenge-token"}`,
		status: 200,
		media:  jsonBody,
		answer: `{"challenge":"challenge-token"}`,
	},
	{sender: "monday", name: "an event", method: "POST", header: withMedia(), has: true,
		body: `{"event":{"type":"create_pulse","challenge":"x"}}`},
	{sender: "monday", name: "an event with such a member", method: "POST", header: withMedia(), has: true,
		body: `{"challenge":"x","event":{"type":"create_pulse"}}`},
	{sender: "notion", name: "kept", method: "POST", header: withMedia(), status: 200, media: plainBody,
		body: `{"verification_token":"secret_exampleVerificationToken0001"}`},
	{sender: "notion", name: "a secret is there", method: "POST", header: withMedia(), has: true, status: 404,
		body: `{"verification_token":"secret_exampleVerificationToken0001"}`},
	{
		sender: "bitbucket-data-center",
		name:   "ping",
		method: "POST",
		header: withMedia("X-Event-Key", "diagnostics:ping"),
		has:    true,
		body:   `{"test":true}`,
		status: 200,
		media:  plainBody,
	},
	{
		sender: "bitbucket-data-center",
		name:   "another event",
		method: "POST",
		header: withMedia("X-Event-Key", "repo:push"),
		has:    true,
		body:   `{"test":true}`,
	},
	{
		sender: "okta",
		name:   "JSON",
		method: "GET",
		header: map[string]string{"X-Okta-Verification-Challenge": "okta-1"},
		status: 200,
		media:  jsonBody,
		answer: `{"verification":"okta-1"}`,
	},
	{
		sender: "okta",
		name:   "markup",
		method: "GET",
		header: map[string]string{"X-Okta-Verification-Challenge": `"><b>`},
		status: 404,
	},
	{
		sender:       "dropbox",
		name:         "text",
		method:       "GET",
		query:        "challenge=abc123",
		has:          true,
		status:       200,
		media:        plainBody,
		answer:       "abc123",
		answerHeader: [2]string{"X-Content-Type-Options", "nosniff"},
	},
	{sender: "dropbox", name: "markup", method: "GET", query: "challenge=%3Cscript%3E", status: 404},
	{sender: "dropbox-sign", name: "fixed text", method: "POST", header: map[string]string{
		"Content-Type": "multipart/form-data; boundary=b"}, status: 200, media: plainBody,
		answer: "Hello API Event Received",
		body:   "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"event\":{}}\r\n--b--\r\n"},
}

// microsoftCases are further requests of Microsoft's senders.
var microsoftCases = []challengeCase{
	{sender: "microsoft-graph", name: "markup is text", method: "POST", query: "validationToken=%3Cb%3Ex%3C%2Fb%3E",
		header: map[string]string{"Content-Type": "text/plain; charset=utf-8"}, status: 200, media: plainBody,
		answer: "<b>x</b>", answerHeader: [2]string{"X-Content-Type-Options", "nosniff"}},
	{sender: "microsoft-graph", name: "small letters", method: "POST", query: "validationtoken=a", status: 200,
		media: plainBody, answer: "a"},
	{sender: "microsoft-graph", name: "direction of text", method: "POST", query: "validationToken=a%E2%80%AEb",
		status: 404},
	{sender: "microsoft-graph", name: "not UTF-8", method: "POST", query: "validationToken=%FF", status: 404},
	{sender: "microsoft-graph", name: "a notification", method: "POST", query: "validationToken=a", has: true,
		header: withMedia(), body: `{"value":[{"subscriptionId":"s"}]}`},
	{sender: "microsoft-graph", name: "another method", method: "PUT", query: "validationToken=a", has: true},
	{sender: "sharepoint", name: "GET", method: "GET", query: "validationtoken=a+b", status: 200, media: plainBody,
		answer: "a b"},
	{sender: "sharepoint", name: "too long", method: "POST", status: 404,
		query: "validationtoken=" + strings.Repeat("a", 2049)},
	{sender: "sharepoint", name: "a notification", method: "POST", query: "validationtoken=a", has: true,
		header: withMedia(), body: `{"value":[{"subscriptionId":"s"}]}`},
}
