package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// TestEventGridIsAskedForATokenWhereOneCounts: with the settings of Microsoft Entra ID, a secret in the address is no
// proof, and the answer says what is.
func TestEventGridIsAskedForATokenWhereOneCounts(t *testing.T) {
	h := newTestAPI(t, "")
	const events = `[{"id":"e","topic":"/t","eventType":"a.b","eventTime":"2026-03-04T12:00:00Z"}]`
	p, _ := provider.For("azure-event-grid")
	key, public, err := p.Signature.NewKey(time.Now())
	check(t, err)
	settings := map[string]string{"audience": "app-1", "tenant": "t-1"}
	byToken := h.createEndpoint(string(mustJSON(t, map[string]any{"name": "entra", "provider": p.ID,
		"settings": settings, "secrets": []map[string]string{{"label": "key", "value": public}}})))
	bySecret := h.createEndpoint(`{"name":"secret","provider":"azure-event-grid","secrets":[{"label":"live",` +
		`"value":"` + genericSecret + `"}]}`)
	if byToken.Open || byToken.Verify != hook.Enforce || bySecret.Verify != hook.Enforce {
		t.Fatalf("%+v %+v", byToken, bySecret)
	}
	post := func(url, query string) answer {
		return h.do(request{method: "POST", path: strings.TrimPrefix(url, h.URL) + query, body: events,
			header: http.Header{"Content-Type": {"application/json"}}})
	}
	a := post(byToken.URL, "?code="+genericSecret)
	if a.StatusCode != 401 || a.Header.Get("Www-Authenticate") != `Bearer realm="hookbeam"` ||
		!strings.Contains(a.text, "Authorization") {
		t.Errorf("%d %q %s", a.StatusCode, a.Header.Get("Www-Authenticate"), a.text)
	}
	r := &hook.Record{}
	check(t, p.Sign(r, signature.Signing{Endpoint: &hook.Endpoint{Settings: settings}, At: time.Now(), Key: key}))
	a = h.do(request{method: "POST", path: strings.TrimPrefix(byToken.URL, h.URL), body: events,
		header: http.Header{"Authorization": {r.Header("Authorization")}}})
	if d := h.newest(byToken); a.StatusCode != 200 || d.Verdict != hook.Verified || d.Secret != "key" {
		t.Errorf("%d %+v", a.StatusCode, d)
	}
	a = post(bySecret.URL, "?code="+genericSecret)
	if d := h.newest(bySecret); a.StatusCode != 200 || d.Verdict != hook.Verified || d.Type != "a.b" ||
		d.Event != "/t/e" {
		t.Errorf("%d %+v", a.StatusCode, d)
	}
	a = post(bySecret.URL, "?code=x")
	if a.StatusCode != 403 || !strings.Contains(a.text, "query parameter code") ||
		a.Header.Get("Www-Authenticate") != "" {
		t.Errorf("%d %s", a.StatusCode, a.text)
	}
	for _, wrong := range []string{`{"audience":"a"}`, `{"audience":"a","tenant":"t","header":"X"}`} {
		h.call("POST", "/endpoints", `{"name":"wrong","provider":"azure-event-grid","settings":`+wrong+`}`, 400, nil)
	}
}
