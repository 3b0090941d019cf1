package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// TestEachFailingCheckMakesTheServerNotReady lets one check after the other fail. Both forms of /readyz report
// it, the verbose form for the failed check only, and neither contains the text of an internal error.
func TestEachFailingCheckMakesTheServerNotReady(t *testing.T) {
	full := &hook.Problem{Kind: hook.ErrUnavailable, Code: "part_is_full", Detail: "This part is full."}
	for name, c := range map[string]struct {
		fail       func(h *testAPI)
		part, code string
	}{
		"the server is stopping":                  {func(h *testAPI) { h.api.Stop() }, "running", "stopping"},
		"the writer has ended":                    {func(h *testAPI) { h.stop() }, "storage", "cannot_store"},
		"another check returns a problem":         {failing("rooms", full), "rooms", "part_is_full"},
		"another check returns an internal error": {failing("rooms", errors.New("a secret path")), "rooms", "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestAPI(t, "")
			h.api.Checks = append(h.api.Checks, ReadinessCheck{"sound", func(context.Context) error { return nil }})
			h.do(request{method: "GET", path: "/readyz"}).expect(t, http.StatusOK, "")
			h.do(request{method: "GET", path: "/readyz?verbose"}).expect(t, http.StatusOK, "")
			c.fail(h)
			short := h.do(request{method: "GET", path: "/readyz"})
			long := h.do(request{method: "GET", path: "/readyz?verbose"})
			if c.code != "internal" {
				short.expect(t, http.StatusServiceUnavailable, c.code)
			} else if short.StatusCode < 500 {
				t.Errorf("answered %d %s", short.StatusCode, short.text)
			}
			var body struct {
				Status string
				Checks []wire.ReadinessCheck
			}
			check(t, json.Unmarshal([]byte(long.text), &body))
			if long.StatusCode != http.StatusServiceUnavailable || body.Status != "not_ready" || len(body.Checks) < 3 {
				t.Errorf("answered %d %s", long.StatusCode, long.text)
			}
			found := false
			for _, r := range body.Checks {
				found = found || r.Name == c.part
				if r.OK == (r.Name == c.part) || r.Name == c.part && (r.Code != c.code || r.Detail == "") {
					t.Errorf("check %s: %+v", r.Name, r)
				}
			}
			if !found || strings.Contains(short.text+long.text, "secret path") {
				t.Errorf("/readyz: %s, verbose: %s", short.text, long.text)
			}
			h.do(request{method: "GET", path: "/healthz"}).expect(t, http.StatusOK, "")
		})
	}
}

// failing returns a function that adds a check which fails with err.
func failing(name string, err error) func(*testAPI) {
	return func(h *testAPI) {
		h.api.Checks = append(h.api.Checks, ReadinessCheck{name, func(context.Context) error { return err }})
	}
}
