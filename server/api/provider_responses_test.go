package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// ask sends a request to the endpoint and returns the response with its body.
func (d *testReceiver) ask(t *testing.T, method, query, body string, header map[string]string) (
	*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.URL+"/in/"+d.endpoint.Slug+query,
		strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := d.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(said)
}

const signingSecret = "0123456789abcdef0123456789abcdef"

func slackHeaders(body string) map[string]string {
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	sum := hmac.New(sha256.New, []byte(signingSecret))
	_, _ = io.WriteString(sum, "v0:"+stamp+":"+body)
	return map[string]string{"X-Slack-Request-Timestamp": stamp,
		"X-Slack-Signature": "v0=" + hex.EncodeToString(sum.Sum(nil))}
}

func TestSlackChallengeIsAnsweredOnlyIfSigned(t *testing.T) {
	own := &hook.Response{Status: 202, Body: "own"}
	d := newTestReceiver(t, hook.Endpoint{Provider: "slack", Tolerance: 5 * time.Minute, Response: own,
		Secrets: []hook.Secret{{Label: "live", Value: signingSecret}}}, nil)
	const question = `{"type":"url_verification","challenge":"c-0123"}`
	answer, said := d.ask(t, "POST", "", question, slackHeaders(question))
	kind := answer.Header.Get("Content-Type")
	if answer.StatusCode != 200 || said != "c-0123" || !strings.HasPrefix(kind, "text/plain") {
		t.Errorf("%d %q %v", answer.StatusCode, said, answer.Header)
	}
	answer, said = d.ask(t, "POST", "", question+" ", slackHeaders(question))
	if answer.StatusCode != 401 || !strings.Contains(said, "signature_mismatch") {
		t.Errorf("a changed body: %d %q", answer.StatusCode, said)
	}
	const event = `{"type":"event_callback","event_id":"Ev1"}`
	if answer, said = d.ask(t, "POST", "", event, slackHeaders(event)); answer.StatusCode != 202 || said != "own" {
		t.Errorf("an event of an endpoint with a custom response: %d %q", answer.StatusCode, said)
	}
}

func TestProviderAcknowledgementReplacesTheStandardResponse(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{Provider: "twilio"}, nil)
	answer, said := d.ask(t, "POST", "", "MessageSid=SM1&MessageStatus=sent", nil)
	kind := answer.Header.Get("Content-Type")
	if answer.StatusCode != 200 || said != "<Response/>" || !strings.HasPrefix(kind, "text/xml") {
		t.Errorf("%d %q %v", answer.StatusCode, said, answer.Header)
	}
}

func TestCloudEventsValidationRequestIsAnswered(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{Provider: "cloudevents",
		Secrets: []hook.Secret{{Label: "live", Value: signingSecret}}}, nil)
	answer, _ := d.ask(t, "OPTIONS", "", "", map[string]string{
		"WebHook-Request-Origin": "sender.example.com", "WebHook-Request-Rate": "120"})
	if answer.StatusCode != 200 || answer.Header.Get("Allow") != "POST" ||
		answer.Header.Get("WebHook-Allowed-Origin") != "sender.example.com" ||
		answer.Header.Get("WebHook-Allowed-Rate") != "120" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
}

func TestWebSubIsConfirmedOnlyForTheConfiguredTopic(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{Provider: "websub",
		Settings: map[string]string{"topic": "https://a.example/feed"}}, nil)
	const asked = "?hub.mode=subscribe&hub.challenge=abc&hub.topic=https://a.example/"
	if answer, said := d.ask(t, "GET", asked+"feed", "", nil); answer.StatusCode != 200 || said != "abc" {
		t.Errorf("%d %q", answer.StatusCode, said)
	}
	answer, said := d.ask(t, "GET", asked+"other", "", nil)
	if answer.StatusCode != 404 || !strings.Contains(said, "handshake_refused") {
		t.Errorf("another topic: %d %q", answer.StatusCode, said)
	}
}

func TestMissingSignatureErrorNamesTheHeader(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{Provider: "shopify",
		Secrets: []hook.Secret{{Label: "live", Value: signingSecret}}}, nil)
	answer, said := d.ask(t, "POST", "", "{}", nil)
	if answer.StatusCode != 401 || !strings.Contains(said, "X-Shopify-Hmac-Sha256") {
		t.Errorf("%d %q", answer.StatusCode, said)
	}
}
