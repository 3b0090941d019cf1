package metrics

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"hookbeam/server/meter"
)

// TestPrometheusReadsAndWritesTheSameText reads the text with Prometheus' own parser, and writes what it read with its
// own writer. Every byte must be the same, so nothing is escaped, ordered or rounded differently.
func TestPrometheusReadsAndWritesTheSameText(t *testing.T) {
	const odd = `a "b" \c` + "\nd"
	s := newTestServer("shop", odd)
	s.state = State{Readers: []Readers{{"websocket", 1}}, Followers: []Follower{{"statuses", 1 << 60}}, Oldest: s.now,
		Files: []File{{"log", 1e15, 12345678}}, Disk: Disk{1e12 + 1, 1}}
	s.receive("shop", "verified", "", 3)
	s.receive(odd, "verified", "", 1)
	h := s.sources.Counters.Histogram("hookbeam_x_seconds", `Help with \ and`+"\nmore.", []float64{1e-9, 0.005, 1, 2e6},
		meter.Label{Key: "b", Value: "1"}, meter.Label{Key: "a", Value: "2"})
	for _, v := range []float64{0, 1e-9, 0.3, 0.1, 5e6} {
		h.Observe(v)
	}
	same(t, s.text(t, s.exporter()))
	m := newEmitter()
	for name, v := range map[string]float64{"nan": math.NaN(), "up": math.Inf(1), "down": math.Inf(-1), "zero": 0,
		"tiny": 5e-324, "huge": math.MaxFloat64, "negative": -1, "third": 1.0 / 3, "million": 1e6, "long": 1e21} {
		m.gauge("v", "Values.", v, label("z", name), label("a", "\xff"))
	}
	text, err := m.text()
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(text))
}

func same(t *testing.T, text string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	for block := range strings.SplitSeq(text, "# HELP ") {
		if name, _, found := strings.Cut(block, " "); found {
			if _, err := expfmt.MetricFamilyToText(&again, families[name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, want := strings.Split(text, "\n"), strings.Split(again.String(), "\n")
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("line %d:\n%s\nPrometheus writes\n%s", i, got[min(i, len(got)-1)], want[i])
		}
	}
	if len(got) != len(want) || len(got) < 5 {
		t.Errorf("%d lines, Prometheus writes %d", len(got), len(want))
	}
}

// TestAMistakeIsNoText emits what Prometheus would refuse.
func TestAMistakeIsNoText(t *testing.T) {
	for name, second := range map[string]func(m *emitter){
		"twice":        func(m *emitter) { m.gauge("x", "X.", 2, label("a", "1")) },
		"another help": func(m *emitter) { m.gauge("x", "Y.", 2, label("a", "2")) },
		"another type": func(m *emitter) { m.counter("x", "X.", 2, label("a", "2")) },
		"other labels": func(m *emitter) { m.gauge("x", "X.", 2, label("b", "2")) },
	} {
		m := newEmitter()
		m.gauge("x", "X.", 1, label("a", "1"))
		if _, err := m.text(); err != nil {
			t.Fatal(err)
		}
		second(m)
		if text, err := m.text(); err == nil {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// TestTheProcessIsMeasured requires plausible values of what the dashboards and alerts use.
func TestTheProcessIsMeasured(t *testing.T) {
	p := process{-1, -1, -1, -1, -1}
	p.read()
	if p.openFDs < 3 || p.maxFDs < p.openFDs || p.cpuSeconds < 0 || p.startTime < 1.7e9 {
		t.Errorf("%+v", p)
	}
	if p.resident != -1 && (p.resident < 1<<20 || p.resident > 1<<40) {
		t.Errorf("%v bytes are resident", p.resident)
	}
	m := newEmitter()
	m.runtime()
	text, err := m.text()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go_goroutines", "go_threads", "go_memstats_heap_alloc_bytes",
		"go_memstats_sys_bytes"} {
		if strings.Contains(string(text), "\n"+name+" 0\n") || !strings.Contains(string(text), "\n"+name+" ") {
			t.Errorf("%s is not measured:\n%s", name, text)
		}
	}
}
