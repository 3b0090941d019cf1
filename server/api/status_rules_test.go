package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func TestConcurrentFirstLinksShareOneLinkKey(t *testing.T) {
	h := newTestAPI(t, "")
	id := string(h.endpoint.ID)
	tokens := make([]string, 8)
	var all sync.WaitGroup
	for i := range tokens {
		all.Go(func() {
			a := h.do(request{method: "POST", path: "/api/v1/status-links", token: true,
				body: `{"endpoint":"` + id + `","subject":"order/1"}`})
			var l wire.StatusLink
			if err := json.Unmarshal([]byte(a.text), &l); err != nil || a.StatusCode != 201 {
				t.Errorf("%d %s", a.StatusCode, a.text)
			}
			if left := time.Until(l.ExpiresAt.Time); left < 71*time.Hour || left > 72*time.Hour {
				t.Errorf("the link is valid for %v", left)
			}
			tokens[i] = l.Token
		})
	}
	all.Wait()
	var list struct {
		LinkKeys []wire.LinkKey `json:"link_keys"`
	}
	h.get("/api/v1/endpoints/"+id+"/link-keys", &list)
	if len(list.LinkKeys) != 1 || !list.LinkKeys[0].ExpiresAt.IsZero() {
		t.Errorf("keys: %+v", list.LinkKeys)
	}
	for _, token := range tokens {
		h.public(token)
	}
}

func TestInvalidLinkRequestsAreRejected(t *testing.T) {
	h := newTestAPI(t, "")
	for _, c := range []struct {
		body   string
		status int
		code   string
	}{
		{`{"endpoint":"ep_x","subject":"order/1"}`, 404, "endpoint_not_found"},
		{`{"endpoint":"ID"}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":""}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":"` + strings.Repeat("ß", 126) + `"}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":"order/1","expires_in":"soon"}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":"order/1","expires_in":"0s"}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":"order/1","expires_in":"100000h"}`, 400, "invalid_request"},
		{`{"endpoint":"ID","subject":"order/1","mode":"other"}`, 400, "invalid_request"},
	} {
		body := strings.Replace(c.body, "ID", string(h.endpoint.ID), 1)
		h.do(request{method: "POST", path: "/api/v1/status-links", token: true, body: body}).expect(t, c.status, c.code)
	}
	path := "/api/v1/endpoints/" + string(h.endpoint.ID) + "/link-keys"
	h.do(request{method: "POST", path: path, token: true, body: `{"overlap":"-1h"}`}).expect(t, 400, "invalid_request")
	h.do(request{method: "DELETE", path: path + "/lk_x", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "/api/v1/endpoints/ep_x/link-keys", token: true}).expect(t, 404,
		"endpoint_not_found")
}

// TestChangingAnEndpointKeepsItsLinkKeys changes an endpoint concurrently with the replacement of its keys: a deleted
// key must not return, and a new one must not be lost.
func TestChangingAnEndpointKeepsItsLinkKeys(t *testing.T) {
	h := newTestAPI(t, "")
	s := shop{h: h, Endpoint: h.createEndpoint(`{"name":"north"}`)}
	ctx, stop := context.WithCancel(t.Context())
	var changing sync.WaitGroup
	for range 2 {
		changing.Go(func() {
			for ctx.Err() == nil {
				h.call("PATCH", "/endpoints/"+string(s.ID), `{"statuses":{"page":{"name":"a"}}}`, 200, nil)
			}
		})
	}
	keys := map[string]bool{}
	for range 40 {
		k := s.rotate("0s")
		keys[k.ID] = true
		e, err := h.api.Endpoints.Get(s.ID)
		check(t, err)
		if len(e.Statuses.LinkKeys) != 1 || e.Statuses.LinkKeys[0].ID != k.ID {
			t.Errorf("after the creation of %s the endpoint has the keys %+v", k.ID, e.Statuses.LinkKeys)
		}
	}
	stop()
	changing.Wait()
	e, err := h.api.Endpoints.Get(s.ID)
	check(t, err)
	if len(e.Statuses.LinkKeys) != 1 || e.Statuses.LinkKeys[0].Value != s.key.Value || len(keys) != 40 {
		t.Errorf("the endpoint does not have the last of 40 keys: %d keys were created, it has %d", len(keys),
			len(e.Statuses.LinkKeys))
	}
}

func TestLinkKeysAndStatusRulesAreStored(t *testing.T) {
	h := newTestAPI(t, "")
	s := shop{h: h, Endpoint: h.createEndpoint(`{"name":"north","statuses":{"references":["body.cart"],
		"page":{"name":"North","hidden":["amount"]}}}`)}
	s.rotate("0s")
	kept, err := h.registry.Endpoints(t.Context())
	check(t, err)
	for _, e := range kept {
		rules := e.Statuses
		if e.ID == s.ID && (len(rules.LinkKeys) != 1 || rules.LinkKeys[0] != s.kept(t) ||
			rules.Page.Name != "North" || len(rules.References) != 1) {
			t.Errorf("stored: %+v", rules)
		}
		if e.ID == h.endpoint.ID && len(rules.LinkKeys)+len(rules.References) != 0 {
			t.Errorf("stored for the other endpoint: %+v", rules)
		}
	}
}

// kept returns the shop's newest key as the server has it.
func (s *shop) kept(t *testing.T) hook.LinkKey {
	t.Helper()
	e, err := s.h.api.Endpoints.Get(s.ID)
	check(t, err)
	return e.Statuses.LinkKeys[0]
}

func TestStatusesCanBeListedCountedAndSearched(t *testing.T) {
	h := newTestAPI(t, "")
	north, south := h.shop("north"), h.shop("south")
	north.sendPayment("succeeded", "pi_1", "10-1", 4900)
	north.sendPayment("created", "pi_2", "10-2", 100)
	south.sendPayment("succeeded", "pi_3", "20-1", 100)
	var list struct {
		Statuses []wire.Status
		Next     string
	}
	for query, want := range map[string]int{"": 3, "?state=paid": 2, "?endpoint=" + string(north.ID): 2,
		"?q=10-2": 1, "?kind=run": 0, "?mode=test": 0, "?limit=1": 1,
		"?state=paid&endpoint=" + string(south.ID): 1} {
		list.Statuses = nil
		h.get("/api/v1/statuses"+query, &list)
		if len(list.Statuses) != want {
			t.Errorf("%q: %d, want %d", query, len(list.Statuses), want)
		}
	}
	var counts wire.StatusCounts
	h.get("/api/v1/statuses/counts?endpoint="+string(north.ID), &counts)
	if len(counts.Counts) != 2 || counts.Counts[hook.StatePaid] != 1 || counts.Counts[hook.StatePending] != 1 ||
		counts.Review.Total != 0 || counts.Review.Reasons == nil {
		t.Errorf("counts: %+v", counts)
	}
	h.get("/api/v1/statuses?q=10-1", &list)
	var d wire.StatusDetail
	h.get("/api/v1/statuses/"+string(list.Statuses[0].ID), &d)
	if d.State != hook.StatePaid || d.Amount != 4900 || len(d.Steps) != 1 || len(d.Timeline) != 1 || d.Shown == nil {
		t.Errorf("the paid one: %+v", d)
	}
	if w := h.newest(north.Endpoint); len(w.Effects) != 1 || w.Effects[0].To != hook.StatePending {
		t.Errorf("effects of the last delivery: %+v", w.Effects)
	}
	h.do(request{method: "GET", path: "/api/v1/statuses/sub_x", token: true}).expect(t, 404, "not_found")
	h.do(request{method: "GET", path: "/api/v1/statuses?before=x", token: true}).expect(t, 400, "invalid_request")
	h.call("POST", "/statuses/rebuild", "", http.StatusAccepted, nil)
}
