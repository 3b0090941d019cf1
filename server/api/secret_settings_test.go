package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

// TestSecretSettingsAreWrittenAndNeverRead gives two endpoints a secret setting and looks for it in everything that
// the API and the live connection return: promise S17. It also changes the settings as a client does that does not see
// it.
func TestSecretSettingsAreWrittenAndNeverRead(t *testing.T) {
	const canary = "canary-verify-token"
	h := newTestAPI(t, "")
	seen := &strings.Builder{}
	call := func(method, path, body string, e *wire.Endpoint) {
		t.Helper()
		a := h.do(request{method: method, path: "/api/v1" + path, body: body, token: true})
		if a.StatusCode/100 != 2 {
			t.Fatalf("%s %s: %d %s", method, path, a.StatusCode, a.text)
		}
		seen.WriteString(a.text + "\n")
		if e != nil {
			*e = wire.Endpoint{}
			check(t, json.Unmarshal([]byte(a.text), e))
		}
	}
	var meta, own wire.Endpoint
	call("POST", "/endpoints", `{"name":"meta","provider":"meta","settings":{"verify_token":"`+canary+`"}}`, &meta)
	call("POST", "/endpoints", `{"name":"own","settings":{"header":"X-Own","challenge":"echo-query",
		"challenge_field":"c","challenge_require":"query:t=`+canary+`"}}`, &own)
	kept := func(when string) { // no challenge is sent, because deliveries show what was received
		t.Helper()
		for id, want := range map[hook.EndpointID]string{meta.ID: canary, own.ID: "query:t=" + canary} {
			e, err := h.api.Endpoints.Get(id)
			if got := e.Settings["verify_token"] + e.Settings["challenge_require"]; err != nil || got != want {
				t.Errorf("%s: %q is stored (%v)", when, got, err)
			}
		}
	}
	if fmt.Sprint(meta.Settings, meta.SecretSettings) != "map[] [verify_token]" ||
		fmt.Sprint(own.SecretSettings) != "[challenge_require]" || own.Settings["header"] != "X-Own" {
		t.Errorf("%v %v, %v %v", meta.Settings, meta.SecretSettings, own.Settings, own.SecretSettings)
	}
	kept("created")
	call("PATCH", "/endpoints/"+string(meta.ID), `{"settings":{},"max_body":77}`, nil)
	call("PATCH", "/endpoints/"+string(own.ID), `{"settings":{"header":"X-New","challenge":"echo-query",
		"challenge_field":"c"}}`, &own)
	if own.Settings["header"] != "X-New" {
		t.Errorf("%v", own.Settings)
	}
	kept("settings sent back without it")
	const config = `{"endpoints":[{"name":"meta","provider":"meta"},
		{"name":"own","settings":{"challenge":"echo-query","challenge_field":"c"}}]`
	call("POST", "/apply", config+`}`, nil)
	kept("applied without it")
	if _, lines := h.applied(config + `}`); fmt.Sprint(lines) != "[unchanged meta unchanged own]" {
		t.Errorf("applied again: %q", lines)
	}
	for settings, want := range map[string]string{
		`{"verify_token":"` + canary + `"}`: "unchanged meta", `{"verify_token":"` + canary + `2"}`: "changed",
		`{"verify_token":""}`: "removed",
	} {
		body := `{"dry_run":true,"endpoints":[{"name":"meta","provider":"meta","settings":` + settings + `}]}`
		plan, lines := h.applied(body)
		if !strings.HasSuffix(lines[0], want) && !strings.Contains(lines[0], "settings.verify_token "+want) {
			t.Errorf("%s: %q", settings, lines)
		}
		fmt.Fprintln(seen, plan)
	}
	h.getAll(meta.ID, seen)
	ws := h.liveAs(h.newToken(`{"name":"x","scopes":["read","write","listen","sign"]}`).Token, "")
	call("PATCH", "/endpoints/"+string(own.ID), `{"max_body":78}`, nil)
	for !strings.Contains(seen.String(), `"endpoint":{"id":"`+string(own.ID)) {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(frame)
	}
	// With another sender, it cannot be seen either, and the next change of the settings removes it.
	stripe := `{"provider":"stripe"`
	for _, change := range []string{stripe + `}`, stripe + `,"settings":{}}`, `{"provider":"meta"}`} {
		call("PATCH", "/endpoints/"+string(meta.ID), change, &meta)
	}
	call("PATCH", "/endpoints/"+string(own.ID), `{"settings":{"challenge_require":""}}`, &own)
	if len(meta.SecretSettings)+len(own.SecretSettings) != 0 {
		t.Errorf("%v %v", meta.SecretSettings, own.SecretSettings)
	}
	if at := strings.Index(seen.String(), canary); at >= 0 {
		t.Errorf("it is returned: …%s…", seen.String()[max(at-200, 0):at])
	}
}

// getAll writes the answers to all GET requests that need a login to seen. Those about an endpoint are about this one.
func (h *testAPI) getAll(endpoint hook.EndpointID, seen *strings.Builder) {
	for _, row := range table() {
		if row.audience == authenticated && strings.HasPrefix(row.pattern, "GET ") && !row.socket {
			q := h.at(row)
			q.path, q.token = strings.ReplaceAll(q.path, "ep_x", string(endpoint)), true
			seen.WriteString(h.do(q).text + "\n")
		}
	}
}

// TestASettingIsSecretForEverySender holds what provider.SecretSetting relies on.
func TestASettingIsSecretForEverySender(t *testing.T) {
	n := 0
	for _, p := range provider.All() {
		for _, s := range p.Settings {
			if s.Secret != provider.SecretSetting(s.Name) {
				t.Errorf("%s of %s: secret %v", s.Name, p.ID, s.Secret)
			}
			if s.Secret {
				n++
			}
			if token := strings.Contains(s.Name, "token") || strings.Contains(s.Name, "password"); token && !s.Secret {
				t.Errorf("%s of %s is not secret", s.Name, p.ID)
			}
		}
	}
	if n == 0 {
		t.Error("no setting is secret")
	}
}
