package provider

import (
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// TestARepeatOfOktaIsKnownWithoutItsID: where Okta writes the id of an event is not confirmed, so it must not be the
// only way to recognise a redelivery.
func TestARepeatOfOktaIsKnownWithoutItsID(t *testing.T) {
	eventOf := func(body string) string {
		r := extracttest.Record("POST", headers("Authorization", plain), body)
		f := examine("okta", hook.Endpoint{Secrets: secret(plain)}, r)
		if f.Verdict != hook.Verified {
			t.Fatalf("%s: %s", body, f.Reason)
		}
		return f.Event
	}
	const one = `{"eventType":"user.session.start","published":"2026-01-01T00:00:00Z"}`
	first := eventOf(`{"data":{"events":[` + one + `]}}`)
	again := eventOf(`{"data":{"events":[` + one + `]},"eventTime":"2026-01-01T00:00:09Z"}`)
	other := eventOf(`{"data":{"events":[{"eventType":"user.session.start","published":"2026-01-01T00:00:01Z"}]}}`)
	if first == "" || first != again || first == other {
		t.Errorf("%q, repeated %q, another one %q", first, again, other)
	}
	if id := eventOf(`{"data":{"events":[{"uuid":"e1"}]}}`); id != "e1" {
		t.Errorf("with an id: %q", id)
	}
}
