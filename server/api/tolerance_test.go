package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/wire"
)

// TestANewEndpointHasTheToleranceOfItsSender: Twitch's messages may be ten minutes old. What somebody chose counts.
func TestANewEndpointHasTheToleranceOfItsSender(t *testing.T) {
	h := newTestAPI(t, "")
	secrets := `"secrets":[{"label":"live","value":"` + signingSecret + `"}]`
	for i, c := range []struct {
		settings, want string
		accepted       bool // a message of eight minutes ago
	}{
		{`"name":"a","provider":"twitch",`, "10m", true},
		{`"name":"b","provider":"twitch","tolerance":"5m",`, "5m", false},
	} {
		e := h.createEndpoint("{" + c.settings + secrets + "}")
		if e.Tolerance != c.want {
			t.Errorf("%s: %s", c.settings, e.Tolerance)
		}
		for age, accepted := range map[time.Duration]bool{8 * time.Minute: c.accepted, 11 * time.Minute: false} {
			stamp := time.Now().Add(-age).UTC().Format(time.RFC3339Nano)
			sum := hmac.New(sha256.New, []byte(signingSecret))
			sum.Write([]byte("m-1" + stamp + "{}"))
			a := h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: "{}", header: http.Header{
				"Twitch-Eventsub-Message-Id": {"m-1"}, "Twitch-Eventsub-Message-Timestamp": {stamp},
				"Twitch-Eventsub-Message-Signature": {"sha256=" + hex.EncodeToString(sum.Sum(nil))}}})
			if (a.StatusCode < 300) != accepted {
				t.Errorf("%d, %v old: %d %s", i, age, a.StatusCode, a.text)
			}
		}
	}
	for name, want := range map[string]string{`{"name":"c"}`: "5m", `{"name":"d","provider":"stripe"}`: "5m"} {
		if e := h.createEndpoint(name); e.Tolerance != want {
			t.Errorf("%s: %s", name, e.Tolerance)
		}
	}
	var list wire.ProviderList
	h.call("GET", "/providers", "", 200, &list)
	for _, p := range list.Providers {
		if want := map[bool]string{true: "10m", false: "5m"}[p.ID == "twitch"]; p.Tolerance != want {
			t.Errorf("%s: %s", p.ID, p.Tolerance)
		}
	}
}
