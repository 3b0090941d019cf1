package api

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// getKnowing sends a GET request with an ETag that the client has.
func (h *testAPI) getKnowing(path, tag string) answer {
	h.t.Helper()
	return h.do(request{method: "GET", path: path, header: http.Header{"If-None-Match": {tag}}})
}

// TestPublicLongPollWaitsForAChange polls with the ETag of an earlier response, and expects the next one after
// a change.
func TestPublicLongPollWaitsForAChange(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/api/v1/status/" + s.token("payment/pi_1", "")
	first := h.do(request{method: "GET", path: path + "?wait=50s"}) // without an ETag it does not wait
	first.expect(t, 200, "")
	tag := first.Header.Get("ETag")
	same := h.getKnowing(path, `W/"x", `+tag)
	if same.StatusCode != 304 || same.text != "" || same.Header.Get("ETag") != tag ||
		same.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("unchanged: %d %s %v", same.StatusCode, same.text, same.Header)
	}
	responses := make(chan answer)
	go func() { responses <- h.getKnowing(path+"?wait=50s", tag) }()
	s.sendPayment("succeeded", "pi_1", "1", 100)
	second := <-responses
	var p wire.PublicStatus
	check(t, json.Unmarshal([]byte(second.text), &p))
	if p.Status != hook.StatePaid || second.Header.Get("ETag") == tag {
		t.Errorf("changed: %s", second.text)
	}
	h.do(request{method: "GET", path: path + "?wait=soon"}).expect(t, 400, "invalid_request")
	go func() { responses <- h.getKnowing(path+"?wait=50s", second.Header.Get("ETag")) }()
	for h.api.statusPolls.count() == 0 && t.Context().Err() == nil {
		runtime.Gosched() // until it waits
	}
	s.rotate("0s")
	(<-responses).expect(t, 404, "not_found")
}

// TestReloadingPageWaitsForAChange reloads the status page as a browser without scripts does.
func TestReloadingPageWaitsForAChange(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	path := "/status/" + s.token("payment/pi_1", "")
	load := func(seen string) (a answer, next string) {
		a = h.do(request{method: "GET", path: path + "?seen=" + seen})
		a.expect(t, 200, "")
		_, after, _ := strings.Cut(a.text, "seen=")
		next, _, _ = strings.Cut(after, " ")
		return a, next
	}
	held := func(seen string) <-chan answer {
		response := make(chan answer, 1)
		go func() { response <- h.do(request{method: "GET", path: path + "?seen=" + seen}) }()
		for h.api.statusPolls.count() == 0 && len(response) == 0 {
			runtime.Gosched()
		}
		return response
	}
	first, seen := load("")
	if !strings.Contains(first.text, "reload=1 ") {
		t.Errorf("first: %s", first.text)
	}
	// Values from long ago, or that no page was sent, do not wait.
	for _, other := range []string{"x", "x.y", seen + "0", "." + seen, strings.Split(seen, ".")[0] + ".1"} {
		if a, _ := load(other); a.text == "" {
			t.Errorf("%s: the response is empty", other)
		}
	}
	response := held(seen)
	h.do(request{method: "HEAD", path: path + "?seen=" + seen}) // does not wait
	s.sendPayment("processing", "pi_1", "1", 100)
	second := <-response
	if !strings.Contains(second.text, "Status:processing") || !strings.Contains(second.text, "reload=1 ") {
		t.Errorf("changed: %s", second.text)
	}
	_, seen = load("")
	response = held(seen)
	s.sendPayment("succeeded", "pi_1", "1", 100)
	if last := <-response; !strings.Contains(last.text, "Status:paid") || !strings.Contains(last.text, "reload=0 ") {
		t.Errorf("final: %s", last.text)
	}
	path = "/status/" + s.token("payment/pi_2", "")
	_, seen = load("")
	var releases []func()
	for range connsPerLink {
		l, err := h.api.readLink(strings.TrimPrefix(path, "/status/"))
		check(t, err)
		release, _ := h.api.statusPolls.acquire(l, access.Client{Key: "elsewhere"})
		releases = append(releases, release)
	}
	if full, _ := load(seen); !strings.Contains(full.text, "reload=3 ") {
		t.Errorf("too many wait: %s", full.text)
	}
	for _, release := range releases {
		release()
	}
	response = held(seen)
	h.api.Stop()
	if a := <-response; !strings.Contains(a.text, "reload=3 ") {
		t.Errorf("stopping: %s", a.text)
	}
}
