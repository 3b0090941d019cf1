package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// call sends JSON as the administrator, checks the status, and decodes the response into to, unless that is nil.
func (h *testAPI) call(method, path, body string, status int, to any) {
	h.t.Helper()
	a := h.do(request{method: method, path: "/api/v1" + path, body: body, token: true})
	a.expect(h.t, status, "")
	if to != nil {
		check(h.t, json.Unmarshal([]byte(a.text), to))
	}
}

func TestEndpointIsCreatedChangedDeletedAndRestored(t *testing.T) {
	h := newTestAPI(t, "")
	var e wire.Endpoint
	h.call("POST", "/endpoints", `{"name":"stripe-live","verify":"observe","tolerance":"90s","max_body":2048,
		"secrets":[{"label":"live","value":"whsec_0123456789"},{"label":"test","value":"whsec_abcdefghij"}],
		"response":{"status":202,"content_type":"text/plain","body":"ok"},"signed_url":"https://x.example/y",
		"settings":{"header":"X-Own"}}`, 201, &e)
	if e.Name != "stripe-live" || e.Provider != "generic" || e.Verify != "observe" || e.Tolerance != "1m30s" ||
		e.MaxBody != 2048 || len(e.Secrets) != 2 || e.Response == nil || e.Response.Status != 202 ||
		e.SignedURL == "" || e.Settings["header"] != "X-Own" ||
		!strings.HasPrefix(e.URL, h.URL+"/in/stripe-live-") || !strings.HasPrefix(string(e.ID), "ep_") {
		t.Errorf("created: %+v", e)
	}
	path := "/endpoints/" + string(e.ID)
	inbox := strings.TrimPrefix(e.URL, h.URL)
	h.do(request{method: "POST", path: inbox, body: "x"}).expect(t, 202, "")

	var changed wire.Endpoint
	h.call("PATCH", path, `{"response":null,"secrets":[{"label":"live"}]}`, 200, &changed)
	if changed.Response != nil || len(changed.Secrets) != 1 || changed.Name != e.Name || changed.MaxBody != 2048 ||
		changed.URL != e.URL {
		t.Errorf("changed: %+v", changed)
	}
	kept, err := h.api.Endpoints.Get(e.ID)
	check(t, err)
	if kept.Secrets[0].Value != "whsec_0123456789" {
		t.Errorf("the secret without a new value became %q", kept.Secrets[0].Value)
	}
	h.call("PATCH", path, `{}`, 200, &changed)
	if len(changed.Secrets) != 1 || changed.Verify != "observe" {
		t.Errorf("after an empty change: %+v", changed)
	}

	h.call("DELETE", path, "", 204, nil)
	h.do(request{method: "POST", path: inbox, body: "x"}).expect(t, 404, "endpoint_not_found")
	h.do(request{method: "GET", path: "/api/v1" + path, token: true}).expect(t, 404, "endpoint_not_found")
	h.call("POST", path+"/restore", "", 200, &changed)
	if changed.URL != e.URL {
		t.Errorf("the restored endpoint has the URL %s", changed.URL)
	}
	h.do(request{method: "POST", path: inbox, body: "x"}).expect(t, 200, "")
}

func TestSecretsAreNeverReturned(t *testing.T) {
	h := newTestAPI(t, "")
	const value = "a-secret-that-is-long-enough"
	made := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
		body: `{"name":"a","secrets":[{"label":"x","value":"` + value + `"}]}`})
	made.expect(t, 201, "")
	list := h.do(request{method: "GET", path: "/api/v1/endpoints", token: true})
	taken := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
		body: `{"name":"a","secrets":[{"label":"x","value":"` + value + `"}]}`})
	taken.expect(t, 409, "name_taken")
	wrong := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
		body: `{"name":"b","secrets":[{"label":"","value":"` + value + `"}],"more":"` + value + `"}`})
	wrong.expect(t, 400, "invalid_request")
	long := strings.Repeat(value, 200)
	longer := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
		body: `{"name":"b","secrets":[{"label":"x","value":"` + long + `"}]}`})
	longer.expect(t, 400, "invalid_request")
	for _, a := range []answer{made, list, taken, wrong, longer} {
		if strings.Contains(a.text, value) {
			t.Errorf("%s %d: the response contains the secret: %s", a.Request.Method, a.StatusCode, a.text)
		}
	}
}

func TestInvalidEndpointsAreRejected(t *testing.T) {
	h := newTestAPI(t, "")
	for body, part := range map[string]string{
		``:                                       "body",
		`{`:                                      "",
		`[]`:                                     "body",
		`{}`:                                     "name",
		`{"name":""}`:                            "name",
		`{"name":"Big"}`:                         "name",
		`{"name":"-a"}`:                          "name",
		`{"name":"a","nmae":1}`:                  "nmae",
		`{"name":"a","verify":"never"}`:          "verify",
		`{"name":"a","tolerance":"soon"}`:        "tolerance",
		`{"name":"a","tolerance":"-5m"}`:         "tolerance",
		`{"name":"a","max_body":0}`:              "max_body",
		`{"name":"a","max_body":99999999}`:       "max_body",
		`{"name":"a","provider":"nobody"}`:       "nobody",
		`{"name":"a","secrets":[{"label":"x"}]}`: "secret",
		`{"name":"a","secrets":[{"label":"x","value":" "}]}`: "secret",
		`{"name":"a","response":{"status":500}}`:             "status",
		`{"name":"a","settings":"x"}`:                        "settings",
	} {
		a := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true, body: body,
			header: http.Header{"Content-Type": {"application/json"}}})
		a.expect(t, 400, "invalid_request")
		if !strings.Contains(a.text, part) {
			t.Errorf("%s: the answer does not name %s: %s", body, part, a.text)
		}
	}
	tooLarge := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
		body: `{"name":"` + strings.Repeat("a", maxCallBody) + `"}`})
	tooLarge.expect(t, 413, "body_too_large")
	form := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true, body: `name=a`,
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
	form.expect(t, 415, "unsupported_media_type")
	var list struct{ Endpoints []wire.Endpoint }
	h.get("/api/v1/endpoints", &list)
	if len(list.Endpoints) != 1 {
		t.Errorf("%d endpoints, want the first only", len(list.Endpoints))
	}
}

func TestSampleIsReceivedLikeAnyDelivery(t *testing.T) {
	h := newTestAPI(t, "")
	path := "/endpoints/" + string(h.endpoint.ID)
	h.call("PATCH", path, `{"secrets":[{"label":"live","value":"0123456789abcdef"}]}`, 200, nil)
	var sample struct {
		ID  hook.DeliveryID
		Seq hook.Seq
	}
	h.call("POST", path+"/sample", "", 201, &sample)
	var d wire.DeliveryDetail
	h.get("/api/v1/deliveries/"+string(sample.ID), &d)
	if d.Seq != sample.Seq || d.Verdict != hook.Verified || d.Secret != "live" || d.Endpoint != h.endpoint.ID {
		t.Errorf("%+v", d)
	}
	h.do(request{method: "POST", path: "/api/v1/endpoints/ep_none/sample", token: true}).expect(t, 404,
		"endpoint_not_found")
}

func TestSampleHasTheRequestedTypeAndValues(t *testing.T) {
	h := newTestAPI(t, "")
	path := "/endpoints/" + string(h.endpoint.ID)
	h.call("PATCH", path, `{"provider":"stripe","secrets":[{"label":"live","value":"whsec_0123456789abcdef"}]}`, 200,
		nil)
	var sample struct{ ID hook.DeliveryID }
	h.call("POST", path+"/sample", `{"type":"charge.refunded","set":{"data.object.amount_refunded":"1200"}}`, 201,
		&sample)
	var d wire.DeliveryDetail
	h.get("/api/v1/deliveries/"+string(sample.ID), &d)
	body := h.do(request{method: "GET", path: "/api/v1/deliveries/" + string(sample.ID) + "/body", token: true})
	if d.Verdict != hook.Verified || d.Type != "charge.refunded" || d.Mode != hook.ModeTest ||
		!strings.Contains(body.text, `"amount_refunded": 1200,`) {
		t.Errorf("%+v %s", d, body.text)
	}
	for body, want := range map[string]string{`{"type":"charge.made"}`: "unknown_type",
		`{"set":{"a.#":"1"}}`: "cannot_set", `{"kind":"x"}`: "invalid_request"} {
		a := h.do(request{method: "POST", path: "/api/v1" + path + "/sample", token: true, body: body})
		a.expect(t, 400, want)
		if want == "unknown_type" && !strings.Contains(a.text, "charge.refunded, charge.dispute.created") {
			t.Errorf("the error does not list the types: %s", a.text)
		}
	}
}

func TestAFlowIsPlayedStepByStep(t *testing.T) {
	h := newTestAPI(t, "")
	path := "/endpoints/" + string(h.endpoint.ID)
	h.call("PATCH", path, `{"provider":"stripe","secrets":[{"label":"live","value":"whsec_0123456789abcdef"}]}`, 200,
		nil)
	var types []string
	play := func(step int) (played wire.StoredSample) {
		t.Helper()
		h.call("POST", path+"/sample", fmt.Sprintf(`{"flow":"paid","run":"r1","step":%d,"amount":1200}`, step), 201,
			&played)
		return played
	}
	steps := 1
	for step := 0; step < steps; step++ {
		played := play(step)
		if steps = played.Steps; !strings.HasPrefix(played.Subject, "order/10-") || played.DuplicateOf != 0 {
			t.Errorf("step %d: %+v", step, played)
		}
		var d wire.DeliveryDetail
		h.get("/api/v1/deliveries/"+string(played.ID), &d)
		if types = append(types, d.Type); d.Verdict != hook.Verified || d.Mode != hook.ModeTest {
			t.Errorf("step %d: %+v", step, d)
		}
	}
	if len(types) != 4 || types[0] != "payment_intent.created" || types[3] != "checkout.session.completed" {
		t.Errorf("it sent %q", types)
	}
	if again := play(1); again.DuplicateOf == 0 {
		t.Errorf("a step that was sent before is another event: %+v", again)
	}
	for body, want := range map[string]string{
		`{"flow":"won"}`: "unknown_flow", `{"flow":"paid","step":4}`: "unknown_step",
		`{"flow":"paid","type":"charge.refunded"}`: "flow_or_type",
		`{"flow":"paid","currency":"eur"}`:         "wrong_currency",
		`{"flow":"paid","reference":"\""}`:         "invalid_request", `{"flow":"paid","amount":1}`: "invalid_request",
		`{"flow":"paid","step":-1}`: "invalid_request",
	} {
		h.do(request{method: "POST", path: "/api/v1" + path + "/sample", token: true, body: body}).expect(t, 400, want)
	}
}

func TestProvidersHaveSetupStepsAndSampleTypes(t *testing.T) {
	h := newTestAPI(t, "")
	var list struct{ Providers []wire.Provider }
	h.get("/api/v1/providers", &list)
	if len(list.Providers) == 0 || list.Providers[0].ID != "generic" || len(list.Providers[0].Steps) == 0 {
		t.Errorf("%+v", list)
	}
	for _, p := range list.Providers {
		if len(p.SampleTypes) == 0 {
			t.Errorf("%s has no sample types", p.ID)
		}
		if p.ID == "stripe" && (len(p.Flows) == 0 || p.Flows[0].Name != "paid" || len(p.Flows[0].Steps) == 0) {
			t.Errorf("%s has the flows %+v", p.ID, p.Flows)
		}
	}
}

func TestSessionHasLoginVersionAndExpiry(t *testing.T) {
	h := newTestAPI(t, "")
	cookie := h.login()
	a := h.do(request{method: "GET", path: "/api/v1/session", cookie: cookie})
	var s struct {
		Login, Version string
		ExpiresAt      hook.Time `json:"expires_at"`
	}
	check(t, json.Unmarshal([]byte(a.text), &s))
	if left := time.Until(s.ExpiresAt.Time); s.Login != "admin" || s.Version != "test" || left < 29*24*time.Hour ||
		left > 31*24*time.Hour {
		t.Errorf("%s", a.text)
	}
	a = h.do(request{method: "GET", path: "/api/v1/session", token: true})
	if strings.Contains(a.text, "expires_at") {
		t.Errorf("a token has no expiry, got %s", a.text)
	}
}

func TestDurationsAreFormattedWithoutTrailingZeroUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "0s",
		30 * time.Second:           "30s",
		90 * time.Second:           "1m30s",
		5 * time.Minute:            "5m",
		10 * time.Minute:           "10m",
		time.Hour:                  "1h",
		time.Hour + 10*time.Second: "1h0m10s",
		time.Hour + 30*time.Minute: "1h30m",
		20 * time.Hour:             "20h",
	} {
		got := hook.FormatDuration(d)
		if back, err := time.ParseDuration(got); got != want || err != nil || back != d {
			t.Errorf("FormatDuration(%v) = %s, want %s", d, got, want)
		}
	}
}

// TestOpenAPIListsEveryAPIRoute holds openapi.json against the table of routes.
func TestOpenAPIListsEveryAPIRoute(t *testing.T) {
	h := newTestAPI(t, "")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
	}
	h.get("/api/v1/openapi.json", &doc)
	for _, row := range table() {
		method, path, _ := strings.Cut(row.pattern, " ")
		path, isCall := strings.CutPrefix(path, prefix)
		if !isCall || path == "/openapi.json" || path == "/live/check" { // the latter is for hookbeam doctor alone
			continue
		}
		if _, ok := doc.Paths[path][strings.ToLower(method)]; !ok {
			t.Errorf("%s is not in openapi.json", row.pattern)
		}
	}
	committed, err := OpenAPI()
	check(t, err)
	if !json.Valid(committed) || doc.OpenAPI != "3.1.0" {
		t.Error("openapi.json is not a document of OpenAPI 3.1")
	}
}
