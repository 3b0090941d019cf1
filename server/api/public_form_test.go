package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// unclear makes every status a payment that failed without any proof that nothing was charged.
type unclear struct{ PublicStatuses }

func (unclear) Public(context.Context, hook.EndpointID, string, string) (hook.Public, hook.StatusID, error) {
	return hook.Public{Status: hook.StateFailed, Kind: hook.KindPayment, Tone: hook.ToneFailure}, "", nil
}

// TestStatusIsInTheFormThatTheClientWants: in its language, and for clients that do not send v=2 without a failure that
// they would explain wrongly. Polling and the WebSocket give the same.
func TestStatusIsInTheFormThatTheClientWants(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	h.api.PublicStatuses = unclear{h.api.PublicStatuses}
	token := s.token("payment/pi_1", "")
	for query, want := range map[string]wire.PublicStatus{
		"":             {Status: hook.StateProcessing, Title: "described in ,fr"},
		"?v=1":         {Status: hook.StateProcessing, Title: "described in ,fr"},
		"?v=2":         {Status: hook.StateFailed, Title: "described in ,fr"},
		"?lang=de&v=2": {Status: hook.StateFailed, Title: "described in de,fr"},
	} {
		polled := h.do(request{method: "GET", path: "/api/v1/status/" + token + query,
			header: http.Header{"Accept-Language": {"fr"}}})
		var p wire.PublicStatus
		check(t, json.Unmarshal([]byte(polled.text), &p))
		if p.Status != want.Status || p.Title != want.Title || p.PollAfter != 3 {
			t.Errorf("%s: %+v", query, p)
		}
	}
	page := h.do(request{method: "GET", path: "/status/" + token})
	if !strings.Contains(page.text, "Status:failed") {
		t.Errorf("the page is for an old client: %s", page.text)
	}
	for query, want := range map[string]hook.State{"?lang=es": hook.StateProcessing, "?v=2&lang=es": hook.StateFailed} {
		ws, _, err := websocket.DefaultDialer.DialContext(t.Context(),
			"ws"+strings.TrimPrefix(h.URL, "http")+"/api/v1/status/"+token+"/live"+query, nil)
		check(t, err)
		var p wire.PublicStatus
		check(t, ws.ReadJSON(&p))
		check(t, ws.Close())
		if p.Status != want || p.Title != "described in es," {
			t.Errorf("WebSocket, %s: %+v", query, p)
		}
	}
}
