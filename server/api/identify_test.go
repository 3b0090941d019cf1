package api

import (
	"strings"
	"testing"

	"hookbeam/server/wire"
)

func TestAPastedRequestIsIdentified(t *testing.T) {
	h := newTestAPI(t, "")
	var got wire.Candidates
	h.call("POST", "/providers/identify", `{"text":"Stripe-Signature"}`, 200, &got)
	if len(got.Candidates) == 0 || got.Candidates[0].Provider != "stripe" ||
		got.Candidates[0].Reasons[0] != "header Stripe-Signature" || got.Candidates[0].Confidence != "high" {
		t.Errorf("%+v", got)
	}
	h.call("POST", "/providers/identify", `{"text":"{}"}`, 200, &got)
	if got.Candidates == nil || len(got.Candidates) != 0 {
		t.Errorf("%+v, want an empty list", got)
	}
	h.call("POST", "/providers/identify", `{"text":" "}`, 400, nil)
	h.call("POST", "/providers/identify", `{"text":"`+strings.Repeat("a", 65537)+`"}`, 400, nil)
	h.call("POST", "/providers/identify", `{"text":"`+strings.Repeat("é", 40_000)+`"}`, 400, nil)
}
