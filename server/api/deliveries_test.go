package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// page is a page of deliveries as a client reads it.
type page struct {
	Deliveries []wire.Delivery
	Next       string
	Cursor     string
}

// send posts body to the first endpoint and returns the delivery's id.
func (h *testAPI) send(body string) hook.DeliveryID {
	h.t.Helper()
	a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: body})
	a.expect(h.t, 200, "")
	var stored struct{ ID hook.DeliveryID }
	check(h.t, json.Unmarshal([]byte(a.text), &stored))
	return stored.ID
}

func TestPagesListEveryDeliveryOnceNewestFirst(t *testing.T) {
	h := newTestAPI(t, "")
	for i := range 23 {
		h.send(fmt.Sprint(i))
	}
	var seen []hook.Seq
	path := "/api/v1/deliveries?limit=10"
	for rounds := 0; ; rounds++ {
		var p page
		h.get(path, &p)
		for _, d := range p.Deliveries {
			seen = append(seen, d.Seq)
		}
		if rounds == 0 {
			h.send("in between") // belongs to no page, because it is newer than the first page's cursor
		}
		if p.Next == "" {
			break
		}
		path = "/api/v1/deliveries?limit=10&before=" + p.Next
	}
	if len(seen) != 23 || seen[0] != 23 || seen[22] != 1 {
		t.Errorf("seen %v", seen)
	}
}

func TestFramesContinueFromThePagesCursor(t *testing.T) {
	h := newTestAPI(t, "")
	h.send("1")
	var p page
	h.get("/api/v1/deliveries", &p)
	h.send("2")
	var f wire.Frame
	h.get("/api/v1/updates?wait=5s&after="+p.Cursor, &f)
	if f.From != p.Cursor || len(f.Updates) != 1 || f.Updates[0].Seq != 2 || len(p.Deliveries) != 1 {
		t.Errorf("page %+v, frame %+v", p, f)
	}
}

func TestDeliveriesAreFiltered(t *testing.T) {
	h := newTestAPI(t, "")
	h.send("x")
	h.do(request{method: "PUT", path: "/in/" + h.endpoint.Slug, body: "y"}).expect(t, 200, "")
	h.call("PATCH", "/endpoints/"+string(h.endpoint.ID), `{"secrets":[{"label":"live","value":"0123456789abcdef"}]}`,
		200, nil)
	h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "z"}).expect(t, 401, "signature_missing")
	for query, want := range map[string]int{
		"":                                   3,
		"?verdict=rejected":                  1,
		"?verdict=unsigned":                  2,
		"?verdict=verified":                  0,
		"?method=PUT":                        1,
		"?method=put":                        0,
		"?endpoint=" + string(h.endpoint.ID): 3,
		"?endpoint=ep_other":                 0,
		"?method=POST&verdict=unsigned":      1,
	} {
		var p page
		h.get("/api/v1/deliveries"+query, &p)
		if len(p.Deliveries) != want || p.Deliveries == nil || p.Cursor == "" {
			t.Errorf("%s: %d deliveries, want %d", query, len(p.Deliveries), want)
		}
	}
}

func TestInvalidQueryParametersAreRejected(t *testing.T) {
	h := newTestAPI(t, "")
	for query, code := range map[string]string{
		"limit=0":               "invalid_request",
		"limit=501":             "invalid_request",
		"limit=x":               "invalid_request",
		"verdict=fine":          "invalid_request",
		"type=x":                "invalid_request",
		"before=x":              "cursor_unreadable",
		"before=aaaaaaaaaa.0.5": "cursor_unreadable",
	} {
		h.do(request{method: "GET", path: "/api/v1/deliveries?" + query, token: true}).expect(t, 400, code)
	}
	h.do(request{method: "GET", path: "/api/v1/updates?after=x", token: true}).expect(t, 400, "cursor_unreadable")
}

func TestGetDeliveryReturnsAllDetails(t *testing.T) {
	h := newTestAPI(t, "")
	a := h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug + "/deep?q=1", body: `{"a":1}`,
		header: http.Header{"X-Many": {"2", "1"}, "Content-Type": {"text/x-odd"}}})
	var stored struct{ ID hook.DeliveryID }
	check(t, json.Unmarshal([]byte(a.text), &stored))
	var d wire.DeliveryDetail
	h.get("/api/v1/deliveries/"+string(stored.ID), &d)
	var many []string
	for _, header := range d.Headers {
		if header.Name == "X-Many" {
			many = append(many, header.Value)
		}
	}
	if d.Path != "/deep" || d.Query != "q=1" || d.ContentType != "text/x-odd" || d.Size != 7 || d.Host == "" ||
		d.Proto != "HTTP/1.1" || d.Remote != "127.0.0.1" || d.TookUS < 0 || strings.Join(many, ",") != "2,1" {
		t.Errorf("%+v", d)
	}
}

func TestBodyDownloadHasSafeHeaders(t *testing.T) {
	h := newTestAPI(t, "")
	const body = "<script>alert(1)</script>\x00\xff\r\n"
	id := string(h.send(body))
	a := h.do(request{method: "GET", path: "/api/v1/deliveries/" + id + "/body", token: true})
	a.expect(t, 200, "")
	if a.text != body {
		t.Errorf("the bytes are %q", a.text)
	}
	for name, want := range map[string]string{
		"Content-Type":            "application/octet-stream",
		"Content-Disposition":     `attachment; filename="` + id + `.bin"`,
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Cache-Control":           "no-store",
		"Content-Length":          fmt.Sprint(len(body)),
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	empty := h.do(request{method: "GET", path: "/api/v1/deliveries/" + string(h.send("")) + "/body", token: true})
	if empty.StatusCode != 200 || empty.text != "" || empty.Header.Get("Content-Disposition") == "" {
		t.Errorf("an empty body: %d %q", empty.StatusCode, empty.text)
	}
}

// TestUnknownAndMalformedDeliveryIDsGet404 is promise S15, as far as there is one tenant.
func TestUnknownAndMalformedDeliveryIDsGet404(t *testing.T) {
	h := newTestAPI(t, "")
	id := string(h.send("x"))
	for _, wrong := range []string{"dlv_1", "dlv_", id + "a", id[:len(id)-1], "dlv_1" + strings.Repeat("a", 26),
		strings.ToUpper(id), "1"} {
		h.do(request{method: "GET", path: "/api/v1/deliveries/" + wrong, token: true}).expect(t, 404, "not_found")
		body := h.do(request{method: "GET", path: "/api/v1/deliveries/" + wrong + "/body", token: true})
		body.expect(t, 404, "not_found")
	}
}

func TestPageStartsAtOrBelowItsCursor(t *testing.T) {
	cursor := hook.Cursor{Epoch: "aaaaaaaaaa", Seq: 20}
	for before, want := range map[string]hook.Seq{
		"":                21, // excludes what arrives while the page is read: frames contain it
		"aaaaaaaaaa.0.20": 20,
		"aaaaaaaaaa.0.7":  7,
		"aaaaaaaaaa.0.0":  0,
		"aaaaaaaaaa.0.99": 21,
	} {
		if got, err := pageStart(before, cursor); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", before, got, err, want)
		}
	}
	if got, err := pageStart("bbbbbbbbbb.0.7", cursor); err == nil {
		t.Errorf("before of another log gave %d, want an error", got)
	}
}
