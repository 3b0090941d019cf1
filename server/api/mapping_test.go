package api

import (
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func (h *testAPI) testMapping(body string) (got wire.MappingTestResult) {
	h.t.Helper()
	h.call("POST", "/endpoints/"+string(h.endpoint.ID)+"/mapping/try", body, 200, &got)
	return got
}

func TestMappingIsTestedOnPastDeliveries(t *testing.T) {
	h := newTestAPI(t, "")
	for _, body := range []string{`{"id":"P1","state":"PAID"}`, `{"id":"P2","state":["x"]}`, `{"hello":1}`,
		`{"id":9007199254740993,"state":"In transit"}`} {
		h.send(body)
	}
	h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "id=P5&state=PAID",
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}).expect(t, 200, "")
	got := h.testMapping(`{"mapping":{"kind":"own","subject":"body.id","state":"body.state",
		"states":[{"value":"PAID","state":"paid"}]}}`)
	if got.Looked != 5 || got.Matched != 3 || got.Failed != 1 || len(got.States) != 2 ||
		got.States[0].Value != "PAID" || got.States[0].Count != 2 || got.States[1].State != "in_transit" {
		t.Errorf("got %+v", got)
	}
	if len(got.Examples) != 3 || got.Examples[0].Subject != "own/P5" ||
		got.Examples[1].Subject != "own/9007199254740993" || got.Examples[1].Seq != 4 {
		t.Errorf("examples: %+v", got.Examples)
	}
	if len(got.Problems) != 1 || got.Problems[0].Seq != 2 ||
		got.Problems[0].Error != "state must be text or a number, but is a list" {
		t.Errorf("problems: %+v", got.Problems)
	}
}

func TestMappingIsSuggestedIfNoneIsSent(t *testing.T) {
	h := newTestAPI(t, "")
	for _, body := range []string{`{}`, `{"mapping":null}`} {
		if got := h.testMapping(body); got.Looked != 0 || got.States == nil || got.Mapping.Kind != hook.KindOwn ||
			got.Mapping.Subject != "" {
			t.Errorf("without deliveries: %+v", got)
		}
	}
	h.send(`{"data":{"id":"o1","status":"PAID"}}`)
	h.send(`{"data":{"id":"o2","status":"SENT"}}`)
	if got := h.testMapping(`{}`); got.Mapping.Subject != "body.data.id" || got.Mapping.State != "body.data.status" ||
		got.Matched != 2 || got.Looked != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestInvalidMappingIsRejectedWhenTestedAndWhenSaved(t *testing.T) {
	h := newTestAPI(t, "")
	id := string(h.endpoint.ID)
	const wrong = `{"mapping":{"kind":"own","subject":"body.id +","state":"body.state"}}`
	tried := h.do(request{method: "POST", path: "/api/v1/endpoints/" + id + "/mapping/try", body: wrong, token: true})
	tried.expect(t, 400, "mapping_invalid")
	saved := h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + id, body: `{"statuses":` + wrong + `}`,
		token: true})
	saved.expect(t, 400, "mapping_invalid")
	made := h.do(request{method: "POST", path: "/api/v1/endpoints", body: `{"name":"b","statuses":` + wrong + `}`,
		token: true})
	made.expect(t, 400, "mapping_invalid")
	const problem = "In the mapping, subject is invalid: the expression ends too early, at character 10."
	for _, a := range []answer{tried, saved, made} {
		if !strings.Contains(a.text, problem) {
			t.Errorf("the error is %s", a.text)
		}
	}
	var e wire.Endpoint
	h.get("/api/v1/endpoints/"+id, &e)
	if e.Statuses.Mapping != nil {
		t.Errorf("the invalid mapping was stored: %+v", e.Statuses.Mapping)
	}
	h.do(request{method: "POST", path: "/api/v1/endpoints/ep_none/mapping/try", body: `{}`, token: true}).expect(t, 404,
		"endpoint_not_found")
}

func TestMappingProducesTheEndpointsStatuses(t *testing.T) {
	h := newTestAPI(t, "")
	h.call("PATCH", "/endpoints/"+string(h.endpoint.ID),
		`{"statuses":{"unsigned":true,"mapping":{"kind":"own","subject":"body.id","state":"body.state",
		"reference":"body.order","occurred_at":"body.at",
		"states":[{"value":"THERE","state":"delivered","tone":"success","final":true}]}}}`, 200, nil)
	h.send(`{"id":"P1","state":"THERE","at":1770091600,"order":7}`)
	h.send(`{"id":"P1","state":"On its way","at":1770091500}`)
	h.waitApplied(2)
	var page struct{ Statuses []wire.Status }
	h.get("/api/v1/statuses?kind=own", &page)
	if len(page.Statuses) != 1 {
		t.Fatalf("got %+v", page.Statuses)
	}
	got := page.Statuses[0]
	if got.Subject != "own/P1" || got.State != "delivered" || got.Tone != hook.ToneSuccess || !got.Final ||
		got.Reference != "7" || len(got.Names) != 2 {
		t.Errorf("got %+v", got)
	}
}

// waitApplied waits until the delivery with seq was applied to the statuses.
func (h *testAPI) waitApplied(seq hook.Seq) {
	h.t.Helper()
	for {
		moved := h.statuses.Moved()
		if h.statuses.Position() >= seq {
			return
		}
		select {
		case <-moved:
		case <-h.t.Context().Done():
			h.t.Fatalf("delivery %d was not applied", seq)
		}
	}
}
