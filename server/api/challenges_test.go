package api

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// TestProviderChallengesAreAnsweredAndNotStoredAsEvents sends the challenge of each provider. It is stored as a
// handshake, or as the type that the provider gives it, and never with an event id.
func TestProviderChallengesAreAnsweredAndNotStoredAsEvents(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	discord := func(body string) http.Header {
		stamp := fmt.Sprint(time.Now().Unix())
		return http.Header{"X-Signature-Timestamp": {stamp},
			"X-Signature-Ed25519": {hex.EncodeToString(ed25519.Sign(private, []byte(stamp+body)))}}
	}
	const challenge = "0123456789abcdef0123456789abcdef"
	key := sha1.Sum([]byte(signingSecret))
	sum := hmac.New(sha1.New, key[:])
	sum.Write([]byte(challenge))
	const key1 = `"secrets":[{"label":"live","value":"` + signingSecret + `"}]`
	for i, c := range []struct {
		name, endpoint      string
		method, query, body string
		header              http.Header
		status              int
		response            string // with "…" at the end: a prefix
		verdict             hook.Verdict
		storedType          string // the type that it is stored as
	}{
		{"discord, events",
			`"provider":"discord","secrets":[{"label":"app","value":"` + hex.EncodeToString(public) + `"}]`,
			"POST", "", `{"type":0}`, discord(`{"type":0}`), 204, "", hook.Verified, "0"},
		{"discord, interactions",
			`"provider":"discord","secrets":[{"label":"app","value":"` + hex.EncodeToString(public) + `"}]`,
			"POST", "", `{"type":1}`, discord(`{"type":1}`), 200, `{"type":1}`, hook.Verified, "1"},
		{"discord, wrongly signed",
			`"provider":"discord","secrets":[{"label":"app","value":"` + hex.EncodeToString(public) + `"}]`,
			"POST", "", `{"type":1}`, discord(`{"type":2}`), 401, `{"status":401…`, hook.Rejected, "1"},
		{"meta", `"provider":"websub","settings":{"verify_token":"a-token"}`,
			"GET", "?hub.mode=subscribe&hub.verify_token=a-token&hub.challenge=1158201444", "", nil, 200,
			"1158201444", hook.Unsigned, "handshake"},
		{"meta, another token", `"provider":"websub","settings":{"verify_token":"a-token"}`,
			"GET", "?hub.mode=subscribe&hub.verify_token=b-token&hub.challenge=1", "", nil, 404, "…", hook.Rejected,
			""},
		{"meta, markup", `"provider":"websub","settings":{"verify_token":"a-token"}`,
			"GET", "?hub.mode=subscribe&hub.verify_token=a-token&hub.challenge=%3Cscript%3E", "", nil, 404, "…",
			hook.Rejected, ""},
		{"braintree", `"provider":"braintree","settings":{"public_key":"pub"},` + key1,
			"GET", "?bt_challenge=" + challenge, "", nil, 200, "pub|" + hex.EncodeToString(sum.Sum(nil)),
			hook.Unsigned, "handshake"},
		{"braintree, no challenge", `"provider":"braintree","settings":{"public_key":"pub"},` + key1,
			"GET", "?bt_challenge=1", "", nil, 404, "…", hook.Rejected, ""},
		{"mailchimp", `"provider":"mailchimp",` + key1, "GET", "?secret=" + signingSecret, "", nil, 200, "",
			hook.Unsigned, "handshake"},
		{"mailchimp, no secret", `"provider":"mailchimp",` + key1, "GET", "", "", nil, 404, "…", hook.Rejected, ""},
		{"mandrill", `"provider":"mandrill",` + key1, "HEAD", "", "", nil, 200, "", hook.Unsigned, "handshake"},
		{"woocommerce", `"provider":"woocommerce",` + key1, "POST", "", "webhook_id=7", nil, 200, "", hook.Unsigned,
			"ping"},
		{"woocommerce, more than a ping", `"provider":"woocommerce",` + key1, "POST", "", "webhook_id=7&status=paid",
			nil, 401, "…", hook.Rejected, ""},
		{"github", `"provider":"github","verify":"off"`, "POST", "", `{"zen":"Keep it simple."}`,
			http.Header{"X-Github-Event": {"ping"}}, 200, "{…", hook.Unsigned, "ping"},
		{"adyen", `"provider":"adyen"`, "POST", "", `{"notificationItems":[]}`, nil, 200, "[accepted]",
			hook.Unsigned, ""},
		{"telegram", `"provider":"telegram"`, "POST", "", `{"update_id":1,"message":{}}`, nil, 200, "",
			hook.Unsigned, "message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newTestAPI(t, "")
			e := h.createEndpoint(fmt.Sprintf(`{"name":"e%d",%s}`, i, c.endpoint))
			a := h.do(request{method: c.method, path: strings.TrimPrefix(e.URL, h.URL) + c.query, body: c.body,
				header: c.header})
			begins, partly := strings.CutSuffix(c.response, "…")
			matches := !partly && a.text == c.response || partly && strings.HasPrefix(a.text, begins)
			if a.StatusCode != c.status || !matches {
				t.Errorf("%d %q, want %d %q", a.StatusCode, a.text, c.status, c.response)
			}
			if a.Header.Get("X-Content-Type-Options") != "nosniff" ||
				strings.Contains(a.Header.Get("Content-Type"), "html") {
				t.Errorf("a browser may render the response as a page: %v", a.Header)
			}
			d := h.newest(e)
			if d.Verdict != c.verdict || c.storedType != "" && d.Type != c.storedType {
				t.Errorf("stored as %s %q %q", d.Verdict, d.Type, d.Event)
			}
			if d.Type == "handshake" && d.Event != "" {
				t.Errorf("a challenge has the event id %q", d.Event)
			}
		})
	}
}
