package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/meter"
	"hookbeam/server/metrics"
	"hookbeam/server/wire"
)

// watched gives the API a history, and returns a function that adds a sample to it ten seconds later.
func (h *testAPI) watched() (sample func()) {
	now := time.Unix(1_800_000_000, 0)
	traffic := &metrics.Traffic{}
	h.api.Intake.CountIn(traffic)
	h.api.Receive.(*Receive).Traffic = traffic
	history := metrics.NewHistory(metrics.Sources{
		Counters: meter.New(), Traffic: traffic, Refused: h.api.Refused,
		Endpoints: func() (list []metrics.Endpoint) {
			for _, e := range h.api.Endpoints.List() {
				list = append(list, metrics.Endpoint{ID: e.ID, Name: e.Name})
			}
			return list
		},
		State: func() metrics.State {
			usage := h.api.Usage()
			usage.KeepBytes = 1 << 30
			return metrics.State{Usage: usage, Followers: []metrics.Follower{{Name: "statuses", Behind: 2}},
				Readers: h.api.Readers(3), KeepFor: time.Hour, Oldest: now}
		},
	}, func() time.Time { return now })
	h.api.History = history
	return func() { now = now.Add(10 * time.Second); history.Sample() }
}

func TestOperationsShowsRatesAndWhatWasTurnedAway(t *testing.T) {
	h := newTestAPI(t, "")
	sample := h.watched()
	small, err := h.api.Endpoints.Create(t.Context(), hook.Endpoint{Name: "small", MaxBody: 10, Provider: "generic",
		Secrets: []hook.Secret{{Label: "live", Value: "a-long-secret-of-the-shop"}}})
	check(t, err)
	for range 3 {
		h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "hello"}).expect(t, 200, "")
	}
	h.do(request{method: "POST", path: "/in/" + small.Slug, body: "x"}).expect(t, 401, "signature_missing")
	large := strings.Repeat("x", 1000)
	h.do(request{method: "POST", path: "/in/" + small.Slug, body: large}).expect(t, 413, "body_too_large")
	h.do(request{method: "POST", path: "/in/nobody", body: large}).expect(t, 404, "endpoint_not_found")
	sample()

	var o wire.Operations
	h.get("/api/v1/operations", &o)
	if o.Range != "1h" || o.Step != 10 || len(o.Times) != 1 || o.Seconds[0] != 10 || o.Received[0] != 4 ||
		o.Totals.Received != 4 || o.Totals.Rejected != 1 || o.Totals.Refused != 2 || o.Totals.Bytes != 16 {
		t.Errorf("got %+v", o)
	}
	if len(o.Reasons) != 1 || o.Reasons[0] != (wire.OperationsReason{Reason: "signature_missing",
		Label: "no signature", Count: 1}) {
		t.Errorf("got %+v", o.Reasons)
	}
	if len(o.Endpoints) != 2 || o.Endpoints[0].Name != "first" || o.Endpoints[1].Rejected != 1 ||
		o.Endpoints[1].Refused != 1 {
		t.Errorf("got %+v", o.Endpoints)
	}
	if len(o.Followers) != 1 || o.Followers[0].Behind != 2 || o.Storage.KeepsFor != 3600 ||
		o.Storage.Oldest == nil || len(o.Transport) != 4 {
		t.Errorf("got %+v", o)
	}
	if len(o.Limits) != 2 {
		t.Fatalf("got %+v", o.Limits)
	}
	unknown, body := o.Limits[0], o.Limits[1]
	if unknown.Code == "body_too_large" {
		unknown, body = body, unknown
	}
	if unknown.Endpoint != "" || unknown.Status != 404 || body.Endpoint != small.ID || body.Name != "small" ||
		body.Status != 413 || body.Requests != 1 || body.Largest != 1000 ||
		fmt.Sprint(body.From) != "[{127.0.0.1 1}]" {
		t.Errorf("got %+v", o.Limits)
	}

	h.get("/api/v1/operations?range=24h&endpoint="+string(small.ID), &o)
	if o.Step != 300 || o.Totals.Received != 1 || len(o.Limits) != 1 || o.Storage.KeepsFor != 3600 {
		t.Errorf("got %+v", o)
	}
	check(t, h.api.Endpoints.Delete(t.Context(), small.ID))
	h.get("/api/v1/operations", &o)
	if len(o.Limits) != 1 || len(o.Endpoints) != 1 {
		t.Errorf("of a deleted endpoint: %+v", o)
	}
	for path, code := range map[string]string{"?range=2h": "invalid_request",
		"?endpoint=ep_none": "endpoint_not_found"} {
		a := h.do(request{method: "GET", path: "/api/v1/operations" + path, token: true})
		if !strings.Contains(a.text, code) {
			t.Errorf("%s: %s", path, a.text)
		}
	}
}

func TestOperationsIsEmptyAtFirst(t *testing.T) {
	h := newTestAPI(t, "")
	for range 2 {
		a := h.do(request{method: "GET", path: "/api/v1/operations?range=7d", token: true})
		if a.StatusCode != 200 || !strings.Contains(a.text, `"times":[`) || strings.Contains(a.text, "null") {
			t.Errorf("got %d %s", a.StatusCode, a.text)
		}
		h.watched()
	}
}

func TestHowLongDeliveriesAreKept(t *testing.T) {
	day := int64(24 * 3600)
	for name, c := range map[string]struct {
		keepFor   time.Duration
		keepBytes int64
		received  int64
		want      int64
	}{
		"by bytes":            {90 * 24 * time.Hour, 1000 * 86400, 10, 8640},
		"by age":              {time.Hour, 1000 * 86400, 10, 3600},
		"without an age":      {0, 1000 * 86400 * 10, 10, day},
		"nothing received":    {0, 1000, 0, 0},
		"unlimited bytes":     {time.Hour, 0, 10, 3600},
		"one delivery an age": {0, 1 << 50, 1, 100 * 365 * day},
	} {
		w := &metrics.Window{Stored: c.received, Totals: metrics.Totals{Seconds: 10, Received: c.received},
			Now: metrics.State{KeepFor: c.keepFor,
				Usage: hook.Usage{Deliveries: 5, Bytes: 50_000, KeepBytes: c.keepBytes}}}
		if got := keepsFor(w); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
