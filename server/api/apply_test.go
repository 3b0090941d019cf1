package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// applied applies a configuration, and returns the plan as text and as lines: "update a: tolerance 5m→10m".
func (h *testAPI) applied(body string) (plan wire.Plan, lines []string) {
	h.t.Helper()
	h.call("POST", "/apply", body, 200, &plan)
	for _, c := range plan.Changes {
		line := c.Action + " " + c.Name
		for _, f := range c.Fields {
			if f.Secret != "" {
				line += fmt.Sprintf(" %s %s", f.Field, f.Secret)
			} else {
				line += fmt.Sprintf(" %s %v→%v", f.Field, f.From, f.To)
			}
		}
		lines = append(lines, line)
	}
	return plan, lines
}

func TestAConfigurationIsMadeSoOnce(t *testing.T) {
	h := newTestAPI(t, "")
	const config = `"endpoints":[
		{"name":"shop","provider":"stripe","secrets":[{"label":"live","value":"whsec_0123456789abcdef01"}],
		 "statuses":{"references":["data.object.metadata.cart"]},"settings":{},"response":{"status":202}},
		{"name":"plain","allow":["203.0.113.7"],"max_body":2048}]`
	want := []string{
		"create shop confirmed <nil>→true max_body <nil>→1.048576e+06 provider <nil>→stripe " +
			"response <nil>→map[status:202] statuses.references <nil>→[data.object.metadata.cart] " +
			"tolerance <nil>→5m verify <nil>→enforce secrets.live added",
		"create plain allow <nil>→[203.0.113.7/32] confirmed <nil>→true max_body <nil>→2048 provider <nil>→generic " +
			"tolerance <nil>→5m verify <nil>→off",
	}
	dry, lines := h.applied(`{"dry_run":true,` + config + `}`)
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") || dry.Applied || dry.Changes[0].ID != "" {
		t.Errorf("%s\n%+v", got, dry)
	}
	if n := len(h.api.Endpoints.List()); n != 1 {
		t.Errorf("a dry run left %d endpoints", n)
	}
	plan, _ := h.applied(`{"plan":"` + dry.ID + `",` + config + `}`)
	if !plan.Applied || !strings.Contains(plan.Changes[0].URL, "/in/shop-") || plan.Changes[1].ID == "" {
		t.Errorf("%+v", plan)
	}
	again, lines := h.applied(`{` + config + `}`)
	if fmt.Sprint(lines) != "[unchanged shop unchanged plain]" || again.Applied {
		t.Errorf("applied again: %q %v", lines, again.Applied)
	}
	// Secrets and verify that are left out stay, everything else gets its default.
	_, lines = h.applied(`{"endpoints":[{"name":"shop","provider":"stripe"},{"name":"plain"}]}`)
	if got := strings.Join(lines, "\n"); got != "update shop response map[status:202]→<nil> "+
		"statuses.references [data.object.metadata.cart]→<nil>\n"+
		"update plain max_body 2048→1.048576e+06 allow [203.0.113.7/32]→<nil>" {
		t.Errorf("%s", got)
	}
	for secrets, want := range map[string]string{
		`"secrets":[{"label":"live","value":"whsec_0123456789abcdef01"}]`: "unchanged shop",
		`"secrets":[{"label":"live"}]`:                                    "unchanged shop",
		`"secrets":[{"label":"live","value":"whsec_another89abcdef01"},
			{"label":"old","value":"whsec_0123456789abcdef01"}]`: "update shop secrets.live changed secrets.old added",
		`"verify":"off","secrets":[]`: "update shop verify enforce→off secrets.live removed",
	} {
		a := h.do(request{method: "POST", path: "/api/v1/apply", token: true,
			body: `{"dry_run":true,"endpoints":[{"name":"shop","provider":"stripe",` + secrets + `}]}`})
		_, lines := h.applied(`{"dry_run":true,"endpoints":[{"name":"shop","provider":"stripe",` + secrets + `}]}`)
		if fmt.Sprint(lines) != "["+want+"]" || strings.Contains(a.text, "whsec") {
			t.Errorf("%s: %q, want %q\n%s", secrets, lines, want, a.text)
		}
	}
	_, lines = h.applied(`{"prune":true,"endpoints":[{"name":"plain"}]}`)
	if fmt.Sprint(lines) != "[unchanged plain delete first delete shop]" || len(h.api.Endpoints.List()) != 1 {
		t.Errorf("pruned: %q", lines)
	}
}

// TestAConfigurationIsMadeSoWhollyOrNotAtAll has one mistake in the last endpoint, of every kind.
func TestAConfigurationIsMadeSoWhollyOrNotAtAll(t *testing.T) {
	h := newTestAPI(t, "")
	before := fmt.Sprint(h.api.Endpoints.List())
	for last, want := range map[string]string{
		`{"name":"b","provider":"nobody"}`:                    "400 invalid_request",
		`{"name":"b","provider":"stripe","verify":"enforce"}`: "422 secret_missing",
		`{"name":"b","tolerance":"soon"}`:                     "400 invalid_request",
		`{"name":"a"}`:                                        "400 invalid_request",
		`{"name":"b","allow":["somewhere"]}`:                  "400 invalid_request",
		`{"name":"b","secrets":[{"label":"x"}]}`:              "400 invalid_request",
		`{"name":"b","tolerence":"5m"}`:                       "400 invalid_request",
	} {
		a := h.do(request{method: "POST", path: "/api/v1/apply", token: true,
			body: `{"prune":true,"endpoints":[{"name":"a"},` + last + `]}`})
		var p wire.Problem
		check(t, json.Unmarshal([]byte(a.text), &p))
		if got := fmt.Sprint(p.Status, " ", p.Code); got != want || len(p.Errors) == 0 ||
			!strings.HasPrefix(p.Errors[0].Location, "body.endpoints[1]") {
			t.Errorf("%s: %s", last, a.text)
		}
	}
	if after := fmt.Sprint(h.api.Endpoints.List()); after != before {
		t.Errorf("%s\n%s", before, after)
	}
}

// TestAnOutdatedPlanIsRefused changes an endpoint in several ways between a plan and its use.
func TestAnOutdatedPlanIsRefused(t *testing.T) {
	h := newTestAPI(t, "")
	id := string(h.endpoint.ID)
	for _, change := range [][3]string{
		{"PATCH", "/endpoints/" + id, `{"max_body":5}`},
		{"PATCH", "/endpoints/" + id, `{"secrets":[{"label":"a","value":"a-long-secret-123"}]}`},
		{"PATCH", "/endpoints/" + id, `{"secrets":[{"label":"a","value":"a-long-secret-124"}]}`},
		{"POST", "/endpoints", `{"name":"new"}`},
		{"DELETE", "/endpoints/" + id, ""},
	} {
		dry, _ := h.applied(`{"dry_run":true,"endpoints":[{"name":"first","max_body":77}]}`)
		a := h.do(request{method: change[0], path: "/api/v1" + change[1], body: change[2], token: true})
		if a.StatusCode > 204 {
			t.Fatalf("%q: %d %s", change, a.StatusCode, a.text)
		}
		h.do(request{method: "POST", path: "/api/v1/apply", token: true,
			body: `{"endpoints":[{"name":"first","max_body":77}],"plan":"` + dry.ID + `"}`}).
			expect(t, 409, "plan_outdated")
	}
}

func TestAChangeOfAnotherRevisionIsRefused(t *testing.T) {
	h := newTestAPI(t, "")
	path := "/endpoints/" + string(h.endpoint.ID)
	var read, changed wire.Endpoint
	h.get("/api/v1"+path, &read)
	h.call("PATCH", path, `{"revision":"`+read.Revision+`","max_body":5}`, 200, &changed)
	if read.Revision == "" || changed.Revision == read.Revision {
		t.Errorf("%q, then %q", read.Revision, changed.Revision)
	}
	h.do(request{method: "PATCH", path: "/api/v1" + path, token: true,
		body: `{"revision":"` + read.Revision + `","max_body":6}`}).expect(t, 409, "endpoint_changed")
	h.call("PATCH", path, `{"revision":"`+changed.Revision+`","max_body":5}`, 200, &changed)
	if e, _ := h.api.Endpoints.Get(hook.EndpointID(h.endpoint.ID)); e.MaxBody != 5 {
		t.Errorf("%+v", e)
	}
}

// TestAPlanHoldsNoSecret plans every change of what is secret beside the secrets: what runs hookbeam apply logs plans.
func TestAPlanHoldsNoSecret(t *testing.T) {
	h := newTestAPI(t, "")
	with := func(token, signed string) string {
		return `{"prune":false,"endpoints":[{"name":"whatsapp","provider":"meta","signed_url":"` + signed +
			`","secrets":[{"label":"app","value":"canary0123456789abcdef0123456789"}],"settings":{` + token + `}}]}`
	}
	for _, c := range []struct{ config, want string }{
		{with(`"verify_token":"canary-one"`, "https://a:canary@shop.example/x"),
			"settings.verify_token added"},
		{with(`"verify_token":"canary-two"`, "https://a:canary-2@shop.example/x"),
			"update whatsapp signed_url changed settings.verify_token changed"},
		{with(`"verify_token":""`, "https://shop.example/x?token=canary"),
			"update whatsapp signed_url changed settings.verify_token removed"},
		{with("", "https://shop.example/plain"), "update whatsapp signed_url changed"},
		{with("", "https://shop.example/other"),
			"update whatsapp signed_url https://shop.example/plain→https://shop.example/other"},
	} {
		plan, lines := h.applied(c.config)
		text, err := json.Marshal(plan)
		if err != nil || strings.Contains(string(text), "canary") {
			t.Errorf("%v: %s", err, text)
		}
		if line := strings.Join(lines, "\n"); !strings.Contains(line, c.want) {
			t.Errorf("no %q in %q", c.want, line)
		}
	}
}
