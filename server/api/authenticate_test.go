package api

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestRefusalSaysHowToComeIn sends requests without credentials. Some senders send theirs only after a challenge.
func TestRefusalSaysHowToComeIn(t *testing.T) {
	const login, basic, bearer = "user:a-long-password-123", `Basic realm="hookbeam"`, `Bearer realm="hookbeam"`
	for name, c := range map[string]struct {
		provider, secret, header string
		verify                   hook.Verify
		status                   int
		want                     []string
	}{
		"Basic": {"basic", login, "", hook.Enforce, 401, []string{basic}},
		"Basic, wrong": {"basic", login, "Authorization: Basic dXNlcjp4\r\n", hook.Enforce, 401,
			[]string{basic}},
		"Basic, of another scheme": {"basic", login, "Authorization: Bearer x\r\n", hook.Enforce, 401,
			[]string{basic}},
		"Basic, observed": {"basic", login, "", hook.Observe, 200, nil},
		"Bearer": {
			"cloudevents", "a-bearer-token-123456", "", hook.Enforce, 401, []string{bearer},
		},
		"a signature":                  {"github", "a-signing-secret-123", "", hook.Enforce, 401, nil},
		"a secret in a header":         {"gitlab", "a-secret-in-a-header", "", hook.Enforce, 401, nil},
		"a secret in a header of ours": {"generic", "a-secret-in-a-header", "", hook.Enforce, 401, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := newTestReceiver(t, hook.Endpoint{Provider: c.provider, Verify: c.verify,
				Secrets: []hook.Secret{{Label: "live", Value: c.secret}}}, nil)
			answer := d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\n"+c.header+"Content-Length: 2\r\n\r\n{}")
			if got := answer.Header["Www-Authenticate"]; answer.StatusCode != c.status || !slices.Equal(got, c.want) {
				t.Errorf("%d %s, want %d %s", answer.StatusCode, strings.Join(got, ", "), c.status, c.want)
			}
		})
	}
}

// TestWrongCredentialsMayBeSentAgain has endpoints of any sender whose secret is sent by HTTP authentication, or not.
func TestWrongCredentialsMayBeSentAgain(t *testing.T) {
	const right = "user:a-long-password-123"
	for header, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"Authorization: Basic dXNlcjp4":   {map[string]string{"scheme": "basic"}, `401 Basic realm="hookbeam"`},
		"Authorization: bearer x":         {map[string]string{"scheme": "bearer"}, `401 Bearer realm="hookbeam"`},
		"Authorization: Bearer  " + right: {map[string]string{"scheme": "bearer"}, "200 "},
		"Authorization: x":                {map[string]string{"header": "Authorization"}, "403 "},
		"X-Auth: Bearer x":                {map[string]string{"header": "X-Auth", "scheme": "bearer"}, "403 "},
		"X-Webhook-Secret: x":             {nil, "403 "},
	} {
		d := newTestReceiver(t, hook.Endpoint{Provider: "generic", Verify: hook.Enforce, Settings: c.settings,
			Secrets: []hook.Secret{{Label: "live", Value: right}}}, nil)
		answer := d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\n"+header+"\r\nContent-Length: 2\r\n\r\n{}")
		if got := strconv.Itoa(answer.StatusCode) + " " + answer.Header.Get("Www-Authenticate"); got != c.want {
			t.Errorf("%s: %q, want %q", header, got, c.want)
		}
	}
}
