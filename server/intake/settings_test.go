package intake

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestAMisspeltSettingIsRefusedWhenItIsWritten holds that every way to save an endpoint refuses settings that the
// sender does not have, before it complains about what is missing because of that. What older releases stored stays.
func TestAMisspeltSettingIsRefusedWhenItIsWritten(t *testing.T) {
	fx := newFixture(t)
	refused := func(err error, want string) {
		t.Helper()
		var problem *hook.Problem
		if !errors.As(err, &problem) || !errors.Is(err, hook.ErrInvalid) || !strings.Contains(problem.Detail, want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	_, err := fx.all.Create(t.Context(), hook.Endpoint{Name: "a", Provider: "paypal", Verify: hook.Enforce,
		Settings: map[string]string{"webhook-id": "WH-1"}})
	refused(err, `Unknown setting "webhook-id"; did you mean "webhook_id"?`)
	_, err = fx.all.Create(t.Context(), hook.Endpoint{Name: "a", Provider: "generic-hmac",
		Settings: map[string]string{"header": "X-Sig "}})
	refused(err, "which no request can have")

	e := fx.create(t, hook.Endpoint{Name: "a", Provider: "github"})
	byID := maps.Clone(*fx.all.byID.Load())
	e.Settings = map[string]string{"old": "1"} // as an older release stored it
	byID[e.ID] = e
	fx.all.byID.Store(&byID)
	e, err = fx.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error { e.Name = "b"; return nil })
	if err != nil || e.Settings["old"] != "1" {
		t.Errorf("an old setting: %v", err)
	}
	_, err = fx.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error {
		e.Settings = map[string]string{"old": "2"}
		return nil
	})
	refused(err, "GitHub has no settings")
}
