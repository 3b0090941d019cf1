package intake

import (
	"testing"
	"time"

	"hookbeam/server/hook"
)

// TestWhatMakesAnEndpointToBeChecked changes an endpoint in each way.
func TestWhatMakesAnEndpointToBeChecked(t *testing.T) {
	secret := []hook.Secret{{Label: "live", Value: wrong}}
	for name, c := range map[string]struct {
		edit func(*hook.Endpoint)
		want bool
	}{
		"name":                      {func(e *hook.Endpoint) { e.Name = "b" }, false},
		"response":                  {func(e *hook.Endpoint) { e.Response = &hook.Response{Status: 202} }, false},
		"body limit":                {func(e *hook.Endpoint) { e.MaxBody = 1000 }, false},
		"secret":                    {func(e *hook.Endpoint) { e.Secrets = secret }, true},
		"provider":                  {func(e *hook.Endpoint) { e.Provider = "gitlab" }, true},
		"tolerance":                 {func(e *hook.Endpoint) { e.Tolerance = time.Hour }, true},
		"mode":                      {func(e *hook.Endpoint) { e.Verify = hook.Observe }, true},
		"address":                   {func(e *hook.Endpoint) { e.SignedURL = "https://a.example/" }, true},
		"senders":                   {func(e *hook.Endpoint) { e.Allow = []string{"192.0.2.0/24"} }, true},
		"a stale copy of the check": {func(e *hook.Endpoint) { e.CheckedAs, e.WouldVerify = "", 7 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newRecheckFixture(t)
			e, err := fx.all.Change(t.Context(), fx.endpoint.ID, func(e *hook.Endpoint) error { c.edit(e); return nil })
			if err != nil || (e.CheckedAs == "") != c.want || e.WouldVerify != 0 {
				t.Errorf("checked as %q, %d offered, %v", e.CheckedAs, e.WouldVerify, err)
			}
		})
	}
}

// TestAFingerprintHasNoSecret: it is stored, and a short secret could be guessed with it.
func TestAFingerprintHasNoSecret(t *testing.T) {
	fx := newRecheckFixture(t)
	e := fx.endpoint
	e.Secrets = []hook.Secret{{Label: "live", Value: wrong}}
	if a, b := fx.intake.fingerprint(&e), fx.intake.fingerprint(&fx.endpoint); a != b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
	stored := e
	e.Settings, stored.Settings = nil, map[string]string{}
	if fx.intake.fingerprint(&e) != fx.intake.fingerprint(&stored) {
		t.Error("no settings and none that were stored differ")
	}
	stored.Settings = map[string]string{"a": "b"}
	if fx.intake.fingerprint(&e) == fx.intake.fingerprint(&stored) {
		t.Error("settings do not count")
	}
}
