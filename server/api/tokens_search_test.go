package api

import (
	"encoding/json"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestNothingThatIsSearchedOrExplainedCrossesTokens asks, with a token that is limited to one endpoint, for what
// belongs to another one: with every query parameter that openapi.json has, and by a diagnosis of a delivery that the
// other endpoint's secret would have verified.
func TestNothingThatIsSearchedOrExplainedCrossesTokens(t *testing.T) {
	h := newTestAPI(t, "")
	ours, theirs := h.tenant("ours"), h.tenant("theirs")
	values := map[string][]string{
		"endpoint": {string(theirs.ID)}, "q": {"theirs-order", "pi_theirs", "theirs", "42.00"}, "state": {"paid"},
		"kind": {"payment", "order"}, "mode": {"live", "test"}, "review": {"any"}, "verdict": {"verified", "rejected"},
		"method": {"POST"}, "limit": {"1", "500"}, "after": {"0"}, "wait": {"0s"}, "before": {"9999999.9999999"},
		"range": {"1h"},
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	h.get("/api/v1/openapi.json", &doc)
	asked := 0
	for path, operations := range doc.Paths {
		for _, parameter := range operations["get"].Parameters {
			name := parameter.Name
			if parameter.In != "query" || strings.Contains(path, "{") || path == "/live" {
				continue // what frames contain, TestEveryFrameIsCheckedAgainstTheToken looks at
			}
			if len(values[name]) == 0 {
				t.Errorf("GET %s has the parameter %s, for which this test has no value", path, name)
			}
			for _, value := range values[name] {
				asked++
				a := h.do(request{method: "GET", path: "/api/v1" + path + "?" + name + "=" + value}.as(ours.token))
				for _, private := range append(theirs.names(), `"theirs"`) {
					if strings.Contains(a.text, private) {
						t.Errorf("GET %s with %s=%s returns %s: %s", path, name, value, private, a.text)
					}
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d requests", asked)
	}
	const secret = "whsec_theirs-alone-0123456789abcdef"
	h.call("PATCH", "/endpoints/"+string(theirs.ID), `{"secrets":[{"label":"live","value":"`+secret+`"}]}`, 200, nil)
	h.stripe(ours.Endpoint, secret, `{"id":"evt_crossed"}`, 0).expect(t, 401, "")
	crossed := h.newest(ours.Endpoint).ID
	diagnosed := request{method: "POST", path: "/api/v1/deliveries/" + string(crossed) + "/diagnose"}
	if all := h.do(request{method: "POST", path: diagnosed.path, token: true}); !strings.Contains(all.text, "theirs") {
		t.Errorf("an administrator is not told: %d %s", all.StatusCode, all.text)
	}
	a := h.do(diagnosed.as(ours.token))
	if a.StatusCode != 200 || strings.Contains(a.text, "theirs") || strings.Contains(a.text, string(theirs.ID)) {
		t.Errorf("a diagnosis: %d %s", a.StatusCode, a.text)
	}
	var seen struct{ Verdict hook.Verdict }
	check(t, json.Unmarshal([]byte(h.do(request{method: "GET",
		path: "/api/v1/deliveries/" + string(crossed)}.as(ours.token)).text), &seen))
	if seen.Verdict != hook.Rejected {
		t.Errorf("it is %s", seen.Verdict)
	}
}
