package api

import (
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/wire"
)

// TestAnEndpointHasLimitsOfItsOwn creates, changes, applies and removes them.
func TestAnEndpointHasLimitsOfItsOwn(t *testing.T) {
	h := newTestAPI(t, "")
	var e wire.Endpoint
	h.call("POST", "/endpoints", `{"name":"shop","retention":{"max_age":"36h","max_deliveries":500}}`, 201, &e)
	if e.Retention != (wire.Retention{MaxAge: "36h", MaxDeliveries: 500}) {
		t.Errorf("created with %+v", e.Retention)
	}
	path := "/endpoints/" + string(e.ID)
	for body, want := range map[string]string{ // each replaces all limits
		`{"retention":{"max_age":"0"}}`:                    "{ 0 0}",
		`{"retention":{"max_age":"7d","max_bytes":65536}}`: "{7d 0 65536}",
		`{"retention":{"max_age":"168h"}}`:                 "{7d 0 0}",
	} {
		var changed wire.Endpoint
		h.call("PATCH", path, body, 200, &changed)
		if got := fmt.Sprint(changed.Retention); got != want {
			t.Errorf("%s made it %s, want %s", body, got, want)
		}
	}
	h.call("PATCH", path, `{"retention":{"max_age":"7d"}}`, 200, &e)
	h.call("PATCH", path, `{"tolerance":"1m"}`, 200, &e)
	if e.Retention.MaxAge != "7d" {
		t.Errorf("another field changed it to %+v", e.Retention)
	}
	for _, bad := range []string{`{"max_age":"soon"}`, `{"max_age":"30s"}`, `{"max_age":"-1h"}`, `{"max_age":"90.5s"}`,
		`{"max_age":"99999d"}`, `{"max_deliveries":-1}`, `{"max_deliveries":1.5}`, `{"max_bytes":1}`,
		`{"max_bytes":-65536}`, `{"max_bytes":9007199254740993}`, `{"max_days":1}`, `[]`, `"7d"`} {
		a := h.do(request{method: "PATCH", path: "/api/v1" + path, token: true, body: `{"retention":` + bad + `}`})
		if !strings.HasPrefix(a.Status, "400") || !strings.Contains(a.text, "invalid_request") {
			t.Errorf("%s: %s %s", bad, a.Status, a.text)
		}
	}
	_, lines := h.applied(`{"endpoints":[{"name":"shop","retention":{"max_age":"2h","max_bytes":1000000}}]}`)
	want := "[update shop retention.max_age 7d→2h retention.max_bytes <nil>→1e+06 tolerance 1m→5m]"
	if fmt.Sprint(lines) != want {
		t.Errorf("applied: %s, want %s", lines, want)
	}
	_, lines = h.applied(`{"endpoints":[{"name":"shop"}]}`)
	want = "[update shop retention.max_age 2h→<nil> retention.max_bytes 1e+06→<nil>]"
	if fmt.Sprint(lines) != want {
		t.Errorf("left out: %s, want %s", lines, want)
	}
}
