package api

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/wire"
)

const (
	oneSecret = `"secrets":[{"label":"live","value":"0123456789abcdef"}]`
	webhookID = `"provider":"paypal","settings":{"webhook_id":"WH-1"}`
)

// next returns a number that was not used before, for unique names.
func (h *testAPI) next() string { return strconv.FormatInt(h.count.Add(1), 10) }

// reload reads the endpoints from the store, as a restart does.
func (h *testAPI) reload() {
	h.t.Helper()
	endpoints, err := intake.LoadEndpoints(h.t.Context(), h.registry, time.Now, rand.Reader)
	check(h.t, err)
	endpoints.Subscribe(h.statuses.Change)
	h.api.Endpoints = endpoints
	address := func(slug string) string { return h.URL + "/in/" + slug }
	h.api.Intake = intake.New(endpoints, h.store, time.Now, address, nil)
	h.api.Receive = NewReceive(ReceiveOptions{Endpoints: endpoints, Intake: h.api.Intake,
		Addresses: h.api.Addresses, Now: time.Now, Log: h.api.Log})
}

// TestDefaultVerifyModeDependsOnTheSecrets creates endpoints with and without verify, and checks what is
// stored, or that the request is refused.
func TestDefaultVerifyModeDependsOnTheSecrets(t *testing.T) {
	h := newTestAPI(t, "")
	for _, c := range []struct {
		name, fields string
		status       int
		verify       hook.Verify
	}{
		{"nothing", `"provider":"generic"`, 201, hook.Off},
		{"a secret", oneSecret, 201, hook.Enforce},
		{"no secrets", `"secrets":[]`, 201, hook.Off},
		{"a provider that always signs", `"provider":"stripe"`, 201, hook.Off},
		{"a provider verified by certificate", webhookID, 201, hook.Enforce},
		{"the same without its webhook id", `"provider":"paypal"`, 201, hook.Off},
		{"off", `"verify":"off"`, 201, hook.Off},
		{"off, with a secret", `"verify":"off",` + oneSecret, 201, hook.Off},
		{"observed, with a secret", `"verify":"observe",` + oneSecret, 201, hook.Observe},
		{"enforced, with a secret", `"verify":"enforce",` + oneSecret, 201, hook.Enforce},
		{"enforced, by certificate", `"verify":"enforce",` + webhookID, 201, hook.Enforce},
		{"enforced, without a secret", `"verify":"enforce"`, 422, ""},
		{"enforced, with an empty list", `"verify":"enforce","secrets":[]`, 422, ""},
		{"observed, without a secret", `"verify":"observe"`, 422, ""},
		{"enforced, with a blank webhook id",
			`"verify":"enforce","provider":"paypal","settings":{"webhook_id":" "}`, 422, ""},
		{"an invalid public key",
			`"provider":"standard-webhooks",
				"secrets":[{"label":"x","value":"whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]`, 400, ""},
		{"a key of zeros",
			`"provider":"svix",
				"secrets":[{"label":"x","value":"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]`, 400, ""},
		{"a blank secret", `"secrets":[{"label":"x","value":"                    "}]`, 400, ""},
		{"a secret of NULs", `"secrets":[{"label":"x","value":"` + strings.Repeat(`\u0000`, 20) + `"}]`, 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true,
				body: `{"name":"x` + h.next() + `",` + c.fields + `}`})
			code := map[int]string{422: "secret_missing", 400: "invalid_request"}[c.status]
			if a.expect(t, c.status, code); c.status != 201 || a.StatusCode != 201 {
				return
			}
			var e wire.Endpoint
			check(t, json.Unmarshal([]byte(a.text), &e))
			if e.Verify != c.verify || e.Open != (c.verify == hook.Off) || !e.Confirmed {
				t.Errorf("stored as %s, open %v, confirmed %v", e.Verify, e.Open, e.Confirmed)
			}
			want := map[hook.Verify]int{hook.Off: 200, hook.Observe: 200, hook.Enforce: 401}[c.verify]
			h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: "{}"}).expect(t, want, "")
		})
	}
}

// TestRemovingTheLastSecretNeedsAnExplicitVerifyMode changes endpoints, and posts to each without a signature.
func TestRemovingTheLastSecretNeedsAnExplicitVerifyMode(t *testing.T) {
	h := newTestAPI(t, "")
	for _, c := range []struct {
		name, fields, change string
		status               int
		verify               hook.Verify
	}{
		{"the last secret", oneSecret, `{"secrets":[]}`, 422, hook.Enforce},
		{"the last secret while observed", oneSecret + `,"verify":"observe"`, `{"secrets":[]}`, 422,
			hook.Observe},
		{"the last secret, enforced explicitly", oneSecret, `{"secrets":[],"verify":"enforce"}`, 422, hook.Enforce},
		{"the last secret, switched off", oneSecret, `{"secrets":[],"verify":"off"}`, 200, hook.Off},
		{"the webhook id", webhookID, `{"settings":{}}`, 422, hook.Enforce},
		{"a provider for which the secret is invalid", `"provider":"stripe",` + oneSecret,
			`{"provider":"discord"}`, 400, hook.Enforce},
		{"a provider that needs a secret", webhookID, `{"provider":"stripe"}`, 422, hook.Enforce},
		{"enforced from now on, without a secret", `"verify":"off"`, `{"verify":"enforce"}`, 422, hook.Off},
		{"observed from now on, without a secret", `"verify":"off"`, `{"verify":"observe"}`, 422, hook.Off},
		{"something else", oneSecret, `{"max_body":1000}`, 200, hook.Enforce},
		{"its first secret", `"verify":"off"`, `{` + oneSecret + `}`, 200, hook.Enforce},
		{"its first secret, kept off", `"verify":"off"`, `{"verify":"off",` + oneSecret + `}`, 200, hook.Off},
		{"another secret, while off explicitly", `"verify":"off",` + oneSecret,
			`{"secrets":[{"label":"b","value":"0123456789abcdefgh"}]}`, 200, hook.Off},
		{"the webhook id, added later", `"provider":"paypal"`, `{"settings":{"webhook_id":"WH-1"}}`, 200,
			hook.Enforce},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := h.createEndpoint(`{"name":"x` + h.next() + `",` + c.fields + `}`)
			a := h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + string(e.ID), token: true,
				body: c.change})
			a.expect(t, c.status, map[int]string{422: "secret_missing"}[c.status])
			h.get("/api/v1/endpoints/"+string(e.ID), &e)
			if e.Verify != c.verify || e.Open != (c.verify == hook.Off) {
				t.Errorf("verify is %s now, open %v", e.Verify, e.Open)
			}
			want := map[hook.Verify]int{hook.Off: 200, hook.Observe: 200, hook.Enforce: 401}[c.verify]
			h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: "{}"}).expect(t, want, "")
		})
	}
}

// TestEndpointWithoutItsSecretRejectsEveryDelivery is for databases that were changed by another program.
func TestEndpointWithoutItsSecretRejectsEveryDelivery(t *testing.T) {
	for name, secrets := range map[string][]hook.Secret{"none": nil, "an empty one": {{Label: "x"}},
		"a blank one": {{Label: "x", Value: " \t"}}} {
		for verify, status := range map[hook.Verify]int{hook.Enforce: 401, hook.Observe: 200, "": 401,
			"always": 401} {
			h := newTestAPI(t, "")
			e := h.endpoint
			e.Verify, e.Secrets = verify, secrets
			check(t, h.registry.PutEndpoint(t.Context(), e))
			h.reload()
			a := h.do(request{method: "POST", path: "/in/" + e.Slug, body: `{"type":"paid"}`,
				header: http.Header{"X-Webhook-Secret": {" \t"}}})
			a.expect(t, status, map[int]string{401: "secret_missing"}[status])
			if d := h.newest(wire.Endpoint{ID: e.ID}); d.Verdict != hook.Rejected || d.Reason != "secret_missing" ||
				d.Type != "paid" {
				t.Errorf("%s, %q: stored as %s %s", name, verify, d.Verdict, d.Reason)
			}
			if secrets == nil && (verify == hook.Enforce || verify == hook.Observe) { // nothing else is wrong with it
				h.call("PATCH", "/endpoints/"+string(e.ID), `{"max_body":999}`, 200, nil)
			}
		}
	}
}

// TestFirstEndpointAcceptsOnlyTheLocalNetworkUntilConfirmed sends requests as local clients, internet clients,
// tunnels and proxies do.
func TestFirstEndpointAcceptsOnlyTheLocalNetworkUntilConfirmed(t *testing.T) {
	h := newTestAPI(t, "")
	e, err := h.api.Endpoints.Create(t.Context(), hook.Endpoint{Name: "fresh", Awaiting: true})
	check(t, err)
	h.reload() // as after a restart
	for _, c := range []struct {
		name, peer, host string
		header           http.Header
		near             bool
	}{
		{"this machine", "127.0.0.1:5", "127.0.0.1:8080", nil, true},
		{"this machine by name", "127.0.0.1:5", "localhost:8080", nil, true},
		{"this machine by IPv6", "[::1]:5", "[::1]:8080", nil, true},
		{"this machine by a mapped address", "[::ffff:127.0.0.1]:5", "localhost", nil, true},
		{"the network", "192.168.1.7:5", "192.168.1.2:8080", nil, true},
		{"a container", "172.17.0.1:5", "10.0.0.2", nil, true},
		{"the network by IPv6", "[fd00::7]:5", "[fd00::2]:8080", nil, true},
		{"the link-local network", "[fe80::7%eth0]:5", "[fe80::2]:8080", nil, true},
		{"the internet", "203.0.113.9:5", "127.0.0.1:8080", nil, false},
		{"the internet by IPv6", "[2001:db8::9]:5", "localhost", nil, false},
		{"a carrier-grade NAT address", "100.64.0.9:5", "localhost", nil, false},
		{"no peer address", "@", "localhost", nil, false},
		{"a name", "127.0.0.1:5", "hooks.example.com", nil, false},
		{"a name that begins with localhost", "127.0.0.1:5", "localhost.example.com", nil, false},
		{"a public address", "172.17.0.1:5", "203.0.113.1:8080", nil, true},
		{"no host", "127.0.0.1:5", "", nil, false},
		{"a proxy", "127.0.0.1:5", "127.0.0.1:8080", http.Header{"X-Forwarded-For": {"203.0.113.9"}}, false},
		{"a proxy that forwards the host", "127.0.0.1:5", "localhost", http.Header{"X-Forwarded-Host": {"localhost"}},
			false},
		{"a proxy with Forwarded", "127.0.0.1:5", "localhost", http.Header{"Forwarded": {"for=127.0.0.1"}}, false},
		{"a proxy with Via", "127.0.0.1:5", "localhost", http.Header{"Via": {"1.1 somewhere"}}, false},
		{"nginx", "127.0.0.1:5", "localhost", http.Header{"X-Real-Ip": {"127.0.0.1"}}, false},
		{"a tunnel", "127.0.0.1:5", "localhost", http.Header{"Cf-Connecting-Ip": {"203.0.113.9"}}, false},
		{"an empty header", "127.0.0.1:5", "localhost", http.Header{"X-Forwarded-For": {""}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := &read{}
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/in/"+e.Slug, body)
			r.RemoteAddr, r.Host = c.peer, c.host
			for name, values := range c.header {
				r.Header[name] = values
			}
			w := httptest.NewRecorder()
			h.api.ServeHTTP(w, r)
			switch {
			case c.near && w.Code != 200:
				t.Errorf("%d %s", w.Code, w.Body)
			case !c.near && (w.Code != 403 || !strings.Contains(w.Body.String(),
				`"endpoint_not_confirmed"`) || !strings.Contains(w.Body.String(), "/confirm")):
				t.Errorf("%d %s", w.Code, w.Body)
			case !c.near && body.asked:
				t.Error("the body was read")
			}
		})
	}
	var page struct{ Deliveries []json.RawMessage }
	h.get("/api/v1/deliveries?endpoint="+string(e.ID), &page)
	if len(page.Deliveries) != 9 {
		t.Errorf("%d are stored, want only the local ones", len(page.Deliveries))
	}
}

// read is an empty body that records whether it was read.
type read struct{ asked bool }

func (b *read) Read([]byte) (int, error) {
	b.asked = true
	return 0, io.EOF
}

func TestConfirmingOpensTheFirstEndpointToAllAddresses(t *testing.T) {
	h := newTestAPI(t, "")
	far := func(e hook.Endpoint) answer {
		return h.do(request{method: "POST", path: "/in/" + e.Slug, body: "{}", host: "hooks.example.com"})
	}
	for name, confirm := range map[string]func(id string){
		"by confirming": func(id string) { h.call("POST", "/endpoints/"+id+"/confirm", "", 200, nil) },
		"by a secret":   func(id string) { h.call("PATCH", "/endpoints/"+id, `{`+oneSecret+`}`, 200, nil) },
	} {
		e, err := h.api.Endpoints.Create(t.Context(), hook.Endpoint{Name: "fresh" + h.next(), Awaiting: true})
		check(t, err)
		h.call("PATCH", "/endpoints/"+string(e.ID), `{"max_body":5000}`, 200, nil) // is no confirmation
		far(e).expect(t, 403, "endpoint_not_confirmed")
		h.do(request{method: "POST", path: "/in/" + e.Slug + "x", host: "hooks.example.com"}).expect(t, 404,
			"endpoint_not_found")
		h.do(request{method: "POST", path: "/api/v1/endpoints/" + string(e.ID) + "/confirm"}).expect(t, 401,
			"unauthenticated")
		var view wire.Endpoint
		if h.get("/api/v1/endpoints/"+string(e.ID), &view); view.Confirmed || !view.Open {
			t.Errorf("%s: %+v", name, view)
		}
		confirm(string(e.ID))
		confirm(string(e.ID)) // again changes nothing
		h.reload()
		if h.get("/api/v1/endpoints/"+string(e.ID), &view); !view.Confirmed {
			t.Errorf("%s: %+v", name, view)
		}
		if a := far(e); a.StatusCode == 403 {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	h.do(request{method: "POST", path: "/api/v1/endpoints/ep_none/confirm", token: true}).expect(t, 404,
		"endpoint_not_found")
}
