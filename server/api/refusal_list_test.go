package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// refused returns what GET /refusals lists.
func (h *testAPI) refused(query string) wire.RefusalList {
	h.t.Helper()
	var list wire.RefusalList
	h.get("/api/v1/refusals"+query, &list)
	return list
}

func TestRefusedRequestsLeaveATraceWithoutSecrets(t *testing.T) {
	const canary = "canary-0123456789"
	h := newTestAPI(t, "")
	e, err := h.api.Endpoints.Create(t.Context(), hook.Endpoint{Name: "small", MaxBody: 10})
	check(t, err)
	own := "?endpoint=" + string(e.ID)
	if list := h.refused(own); len(list.Refusals) != 0 || list.Refusals == nil || list.Since.IsZero() {
		t.Errorf("at first: %+v", list)
	}
	secrets := http.Header{"User-Agent": {"sender/1.0 " + strings.Repeat("x", 300)}, "Authorization": {canary},
		"X-Signature": {canary}}
	h.do(request{method: "PUT", path: "/in/" + e.Slug + "/" + canary + "/b?token=" + canary, body: canary,
		header: secrets}).expect(t, 413, "body_too_large")
	h.do(request{method: "POST", path: "/in/" + canary + "/b?token=" + canary, body: "x",
		header: secrets}).expect(t, 404, "endpoint_not_found")
	h.do(request{method: "POST", path: "//in/" + canary, body: "x", header: secrets}).expect(t, 404, "not_found")
	h.do(request{method: "POST", path: "/in/" + e.Slug, body: "x"}).expect(t, 200, "")

	list := h.refused(own)
	if len(list.Refusals) != 1 {
		t.Fatalf("%+v", list)
	}
	f := list.Refusals[0]
	if f.Endpoint != e.ID || f.Code != "body_too_large" || f.Status != 413 || f.Method != "PUT" ||
		f.Path != "/…/…?…" || f.Size != int64(len(canary)) || f.Remote != "127.0.0.1" || len(f.UserAgent) != 200 ||
		f.TailHash != "" || f.At.IsZero() {
		t.Errorf("%+v", f)
	}
	all := h.refused("")
	if len(all.Refusals) != 3 || all.Counts["endpoint_not_found"] != 2 || all.Counts["body_too_large"] != 1 {
		t.Fatalf("%+v", all)
	}
	for _, f := range all.Refusals[:2] {
		if f.Endpoint != "" || f.Path != "" || f.TailHash == "" || f.Code != "endpoint_not_found" || f.Status != 404 {
			t.Errorf("%+v", f)
		}
	}
	raw := h.do(request{method: "GET", path: "/api/v1/refusals", token: true})
	if strings.Contains(raw.text, "canary") || strings.Contains(h.log.String(), "canary") {
		t.Errorf("a secret is shown: %s %s", raw.text, h.log)
	}
	if h.store.Head() != 1 {
		t.Errorf("%d deliveries are stored", h.store.Head())
	}
	var server wire.ServerInfo
	h.get("/api/v1/server", &server)
	if server.Refused["endpoint_not_found"] != 2 || server.Refused["body_too_large"] != 1 {
		t.Errorf("counted: %v", server.Refused)
	}
	h.do(request{method: "GET", path: "/api/v1/refusals?endpoint=ep_none", token: true}).
		expect(t, 404, "endpoint_not_found")
	h.do(request{method: "GET", path: "/api/v1/refusals"}).expect(t, 401, "unauthenticated")
}

// TestEveryRefusalAtTheDoorIsNoted makes the door refuse for each of its reasons.
func TestEveryRefusalAtTheDoorIsNoted(t *testing.T) {
	const empty = " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
	for code, c := range map[string]struct {
		endpoint hook.Endpoint
		change   func(*ReceiveOptions)
		request  string
		times    int
		known    bool
	}{
		"endpoint_not_found": {request: "POST /in/none" + empty, times: 1},
		"rate_address": {change: func(o *ReceiveOptions) { o.PerAddress = access.NewLimiter(0.01, 1, 10) },
			request: "POST /in/{slug}" + empty, times: 2, known: true},
		"rate_endpoint": {change: func(o *ReceiveOptions) { o.PerEndpoint = access.NewLimiter(0.01, 1, 10) },
			request: "POST /in/{slug}" + empty, times: 2, known: true},
		"body_too_large": {endpoint: hook.Endpoint{MaxBody: 1}, times: 1, known: true,
			request: "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"},
		"busy": {change: func(o *ReceiveOptions) { o.MaxInFlight = 10 }, times: 1, known: true,
			request: "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n"},
		"endpoint_not_confirmed": {endpoint: hook.Endpoint{Awaiting: true}, times: 1, known: true,
			request: "POST /in/{slug} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n"},
	} {
		t.Run(code, func(t *testing.T) {
			list, err := access.NewRefusalList(time.Now, strings.NewReader(strings.Repeat("x", 16)))
			check(t, err)
			d := newTestReceiver(t, c.endpoint, func(o *ReceiveOptions) {
				o.RefusalList = list
				if c.change != nil {
					c.change(o)
				}
			})
			status := 0
			for range c.times {
				status = d.raw(t, c.request).StatusCode
			}
			id := ""
			if c.known {
				id = string(d.endpoint.ID)
			}
			kept := list.Newest(id)
			if len(kept) != 1 || kept[0].Code != code || kept[0].Status != status || status < 400 {
				t.Errorf("%d: %+v", status, list.NewestOfAll())
			}
		})
	}
}

// TestARejectedDeliveryIsNoRefusal: it is stored, and shows why it was rejected.
func TestARejectedDeliveryIsNoRefusal(t *testing.T) {
	h := newTestAPI(t, "")
	e, err := h.api.Endpoints.Create(t.Context(), hook.Endpoint{Name: "signed", Verify: hook.Enforce,
		Secrets: []hook.Secret{{Label: "live", Value: "0123456789abcdef"}}})
	check(t, err)
	h.do(request{method: "POST", path: "/in/" + e.Slug, body: "x"}).expect(t, 401, "signature_missing")
	if list := h.refused(""); len(list.Refusals) != 0 || len(list.Counts) != 0 {
		t.Errorf("%s", fmt.Sprint(list))
	}
}

// TestNotingARefusalTakesNoMemory compares a door with a list, which is full, and one without: a flood of refusals must
// cost no more than before there was one.
func TestNotingARefusalTakesNoMemory(t *testing.T) {
	cost := func(list *access.RefusalList) float64 {
		d := newTestReceiver(t, hook.Endpoint{}, func(o *ReceiveOptions) { o.RefusalList = list })
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/in/none/"+strings.Repeat("x", 1000), nil)
		w := &discarded{http.Header{}}
		return testing.AllocsPerRun(2000, func() { clear(w.header); d.receive.ServeHTTP(w, r) })
	}
	now := time.Unix(1_800_000_000, 0)
	list, err := access.NewRefusalList(func() time.Time { now = now.Add(time.Second); return now },
		strings.NewReader(strings.Repeat("x", 16)))
	check(t, err)
	for range 1000 {
		list.Note(&access.Refusal{Code: "endpoint_not_found", Remote: "192.0.2.1"})
	}
	var with, without float64
	for range 3 { // under the race detector a pool forgets at random, so that the averages vary
		if with, without = cost(list), cost(nil); with <= without {
			return
		}
	}
	t.Errorf("%v allocations, %v without a list", with, without)
}

// discarded is a response that goes nowhere.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header       { return d.header }
func (*discarded) Write(b []byte) (int, error) { return len(b), nil }
func (*discarded) WriteHeader(int)             {}
