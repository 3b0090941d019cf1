package metrics

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/meter"
)

// testServer is what the exporter reads in these tests.
type testServer struct {
	sources   Sources
	endpoints []Endpoint
	state     State
	refused   map[string]int64
	states    int // calls of State
	now       time.Time
	step      time.Duration // between samples of the history; 0: as it is
}

func newTestServer(endpoints ...string) *testServer {
	s := &testServer{now: time.Unix(1_800_000_000, 0), refused: map[string]int64{}}
	for _, name := range endpoints {
		s.endpoints = append(s.endpoints, Endpoint{ID: hook.EndpointID("ep_" + name), Name: name, Provider: "generic"})
	}
	s.sources = Sources{Version: "test", Counters: meter.New(), Traffic: &Traffic{},
		Endpoints: func() []Endpoint { return s.endpoints },
		Refused:   func() map[string]int64 { return s.refused },
		State:     func() State { s.states++; return s.state },
	}
	return s
}

func (s *testServer) exporter() *Exporter {
	return NewExporter(s.sources, slog.New(slog.DiscardHandler), func() time.Time { return s.now })
}

func (s *testServer) receive(endpoint string, verdict hook.Verdict, reason hook.Reason, n int) {
	for range n {
		s.sources.Traffic.Received(&hook.Record{Delivery: hook.Delivery{Endpoint: hook.EndpointID("ep_" + endpoint),
			Verdict: verdict, Reason: reason, Size: 10}})
	}
}

// text returns the metrics a minute after those before.
func (s *testServer) text(t *testing.T, x *Exporter) string {
	t.Helper()
	s.now = s.now.Add(time.Minute)
	text, err := x.Text()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("%s is missing", line)
		}
	}
}

func TestDeliveriesAreCountedByEndpointAndVerdict(t *testing.T) {
	s := newTestServer("shop", "blog")
	x := s.exporter()
	s.receive("shop", hook.Verified, "", 3)
	s.receive("shop", hook.Rejected, hook.ReasonSignatureMismatch, 2)
	s.receive("blog", hook.Unsigned, "", 1)
	s.sources.Traffic.Received(&hook.Record{Delivery: hook.Delivery{Endpoint: "ep_shop", Verdict: hook.Verified,
		DuplicateOf: 1}})
	s.sources.Traffic.Refused("ep_shop", "body_too_large")
	s.sources.Traffic.Refused("ep_shop", "cannot_store")
	s.sources.Traffic.Refused("", "endpoint_not_found")
	s.refused["body_too_large"] = 1
	has(t, s.text(t, x),
		`hookbeam_deliveries_received_total{endpoint="shop",endpoint_id="ep_shop",verdict="verified"} 4`,
		`hookbeam_deliveries_received_total{endpoint="shop",endpoint_id="ep_shop",verdict="rejected"} 2`,
		`hookbeam_deliveries_received_total{endpoint="blog",endpoint_id="ep_blog",verdict="unsigned"} 1`,
		`hookbeam_deliveries_rejected_total{reason="signature_mismatch"} 2`,
		`hookbeam_deliveries_rejected_total{reason="timestamp_too_old"} 0`,
		`hookbeam_redeliveries_total{endpoint="shop",endpoint_id="ep_shop"} 1`,
		`hookbeam_received_bytes_total{endpoint="shop",endpoint_id="ep_shop"} 50`,
		`hookbeam_requests_refused_total{endpoint="shop",endpoint_id="ep_shop",limit="body_too_large"} 1`,
		`hookbeam_requests_refused_total{endpoint="shop",endpoint_id="ep_shop",limit="none"} 1`,
		`hookbeam_requests_refused_total{endpoint="",endpoint_id="",limit="none"} 1`,
		`hookbeam_refusals_total{code="body_too_large"} 1`,
		`hookbeam_build_info{goversion="`+goVersion(s.text(t, x))+`",version="test"} 1`)
	if strings.Contains(s.text(t, x), "body_differs") {
		t.Error("a reason for which nothing is rejected is exported")
	}
}

func goVersion(text string) string {
	return regexp.MustCompile(`goversion="([^"]+)"`).FindStringSubmatch(text)[1]
}

func TestDeletedEndpointsVanish(t *testing.T) {
	s := newTestServer("shop", "blog")
	x := s.exporter()
	s.receive("shop", hook.Verified, "", 1)
	s.receive("blog", hook.Verified, "", 1)
	if text := s.text(t, x); !strings.Contains(text, `"ep_blog"`) {
		t.Fatal("blog is not there")
	}
	s.endpoints = s.endpoints[:1]
	if text := s.text(t, x); strings.Contains(text, "blog") {
		t.Error("blog is still there")
	}
	if byID, _ := s.sources.Traffic.read(); len(byID) != 1 {
		t.Errorf("%d endpoints have counters", len(byID))
	}
}

// TestTheNumberOfSeriesIsBounded has thousands of endpoints, more than may have series of their own. All series
// together count every delivery, none falls, and a busy endpoint gets its own series.
func TestTheNumberOfSeriesIsBounded(t *testing.T) {
	const endpoints = 3000
	names := make([]string, endpoints)
	for i := range names {
		names[i] = fmt.Sprintf("e%d", i)
	}
	s := newTestServer(names...)
	x := s.exporter()
	before := map[string]float64{}
	sent := 0
	for round := range 12 {
		for i, name := range names {
			if i%3 == round%3 {
				s.receive(name, hook.Verified, "", 1)
				sent++
			}
		}
		s.receive("e2999", hook.Verified, "", 500)
		sent += 500
		text := s.text(t, x)
		series := values(text, "hookbeam_deliveries_received_total")
		if len(series) > 3*(maxNamed+1) {
			t.Fatalf("%d series", len(series))
		}
		for name, value := range before {
			if now, kept := series[name]; kept && now < value {
				t.Errorf("%s fell from %v to %v", name, value, now)
			}
		}
		before = series
	}
	if got := before[`{endpoint="e2999",endpoint_id="ep_e2999",verdict="verified"}`]; got < 500 {
		t.Errorf("the busy endpoint has no series of its own: %v", got)
	}
	if got := before[`{endpoint="other",endpoint_id="other",verdict="verified"}`]; got < float64(sent)/2 {
		t.Errorf("%v of %d are in the shared series", got, sent)
	}
}

// values returns the series of one metric, by their labels.
func values(text, metric string) map[string]float64 {
	all := map[string]float64{}
	for line := range strings.Lines(text) {
		rest, found := strings.CutPrefix(line, metric)
		if !found || rest[0] != '{' {
			continue
		}
		end := strings.LastIndexByte(rest, ' ')
		var value float64
		if _, err := fmt.Sscan(rest[end+1:], &value); err == nil {
			all[rest[:end]] = value
		}
	}
	return all
}

// TestNoStrangersTextBecomesALabel passes what a stranger can choose: codes and reasons that are none, and text in
// every field of a delivery.
func TestNoStrangersTextBecomesALabel(t *testing.T) {
	const hostile = "evil\"} 1\nhookbeam_up 0"
	s := newTestServer("shop")
	x := s.exporter()
	s.sources.Traffic.Received(&hook.Record{Delivery: hook.Delivery{Endpoint: "ep_shop", Verdict: hook.Rejected,
		Reason: hostile, Method: hostile, Path: hostile, Query: hostile, Type: hostile, Event: hostile,
		ContentType: hostile}})
	s.sources.Traffic.Refused("ep_shop", hostile)
	s.sources.Traffic.Refused("ep_"+hostile, hostile)
	for i := range 200 {
		s.refused[fmt.Sprint("evil_", string(rune('a'+i%26)), strings.Repeat("b", i%40))] = 1
	}
	s.refused[hostile] = 7
	s.refused["Evil.Host"] = 1
	text := s.text(t, x)
	if n := len(values(text, "hookbeam_refusals_total")); n > maxCodes+1 {
		t.Errorf("%d codes", n)
	}
	if strings.Contains(text, "hookbeam_up") || strings.Contains(text, `evil\"`) || strings.Contains(text, "Evil") {
		t.Error("a stranger's text is a label")
	}
	if byID, _ := s.sources.Traffic.read(); len(byID) != 1 {
		t.Errorf("%d endpoints have counters after a scrape", len(byID))
	}
}

func TestManyScrapesGatherOnce(t *testing.T) {
	s := newTestServer("shop")
	x := s.exporter()
	for range 1000 {
		if _, err := x.Text(); err != nil {
			t.Fatal(err)
		}
	}
	if s.states != 1 {
		t.Errorf("gathered %d times", s.states)
	}
	s.now = s.now.Add(textFor)
	if _, err := x.Text(); err != nil || s.states != 2 {
		t.Errorf("gathered %d times after a second: %v", s.states, err)
	}
}

func TestTooManyScrapesAtOnceAreRefused(t *testing.T) {
	s := newTestServer("shop")
	entered, leave := make(chan bool, 100), make(chan bool)
	s.sources.State = func() State { entered <- true; <-leave; return State{} }
	x := s.exporter()
	server := httptest.NewServer(x)
	defer server.Close()
	statuses := make(chan int, maxScrapes)
	get := func() int {
		answer, err := http.Get(server.URL)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode
	}
	for range maxScrapes {
		go func() { statuses <- get() }()
	}
	<-entered
	for len(x.scrapes) < maxScrapes {
		// The others wait for the first.
	}
	if got := get(); got != http.StatusServiceUnavailable {
		t.Errorf("%d, want 503", got)
	}
	close(leave)
	for range maxScrapes {
		if got := <-statuses; got != http.StatusOK {
			t.Errorf("%d, want 200", got)
		}
	}
}

// TestTheMetricsKeepTheConventions checks names, help texts and units. promtool's linter checks them as well: see
// server/trust.
func TestTheMetricsKeepTheConventions(t *testing.T) {
	s := newTestServer("shop")
	s.state = State{Readers: []Readers{{"websocket", 1}}, Followers: []Follower{{"statuses", 1}}, Oldest: s.now,
		Files: []File{{"log", 1, 1}}, Disk: Disk{1, 1},
		Certificates: []Certificate{{"hooks.example.com", s.now}, {"hooks.example.com", s.now}}}
	s.sources.Counters.Histogram("hookbeam_x_seconds", "Help.", []float64{1}).Observe(1)
	text := s.text(t, s.exporter())
	names := regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(text, -1)
	if len(names) < 35 {
		t.Fatalf("only %d metrics", len(names))
	}
	helped := regexp.MustCompile(`(?m)^# HELP (\S+) \S.*\.$`).FindAllStringSubmatch(text, -1)
	for _, n := range names {
		name, kind := n[1], n[2]
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		if !slices.ContainsFunc(helped, func(h []string) bool { return h[1] == name }) {
			t.Errorf("%s has no help text that is a sentence", name)
		}
		if (kind == "counter") != strings.HasSuffix(name, "_total") || !strings.HasPrefix(name, "hookbeam_") {
			t.Errorf("%s is a %s", name, kind)
		}
	}
}

func TestEveryReasonHasACounter(t *testing.T) {
	if n := len(hook.Reasons()); n > maxReasons || n > maxStepReasons || len(reasons) != n {
		t.Errorf("%d reasons, %d counters", n, len(reasons))
	}
}

func TestCountingADeliveryAllocatesNothing(t *testing.T) {
	s := newTestServer("shop")
	r := &hook.Record{Delivery: hook.Delivery{Endpoint: "ep_shop", Verdict: hook.Rejected,
		Reason: hook.ReasonSignatureMismatch, DuplicateOf: 1}}
	s.sources.Traffic.Received(r)
	if n := testing.AllocsPerRun(100, func() {
		s.sources.Traffic.Received(r)
		s.sources.Traffic.Refused("ep_shop", "busy")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkReceived(b *testing.B) {
	var traffic Traffic
	r := &hook.Record{Delivery: hook.Delivery{Endpoint: "ep_shop", Verdict: hook.Verified, Size: 1000}}
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			traffic.Received(r)
		}
	})
}
