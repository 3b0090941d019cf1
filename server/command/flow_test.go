package command

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// TestNoEventOfAFlowIsInTheFuture makes all steps at the times that a run would send them at.
func TestNoEventOfAFlowIsInTheFuture(t *testing.T) {
	p, _ := provider.For("stripe")
	play, err := sample.NewPlay(p, "refunded", "", sample.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for name, run := range map[string]flowRun{
		"at once":           {play: play, ordered: true},
		"slowly":            {play: play, ordered: true, pace: 1200 * time.Millisecond},
		"slowly, in a heap": {play: play, pace: 1200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var before time.Time
			for step := range play.Flow.Steps {
				now := start.Add(time.Duration(step) * run.pace)
				r, err := play.Step(step, run.last(step, start, now))
				if err != nil {
					t.Fatal(err)
				}
				at := p.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: now}).OccurredAt.Time
				if at.After(now) || !at.After(before) {
					t.Errorf("step %d happens at %s, is sent at %s, and the step before at %s", step, at, now, before)
				}
				before = at
			}
		})
	}
}

// flowRequests plays a flow against a server of the test, and returns the ids of the events and their bodies.
func flowRequests(t *testing.T, flags ...string) (events, bodies []string, errs string) {
	t.Helper()
	p, _ := provider.For("stripe")
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		record := &hook.Record{Request: hook.Request{Body: body}}
		events = append(events, p.Verify(&hook.Endpoint{Verify: hook.Off}, record, signature.ReceiveContext{}).Event)
		bodies = append(bodies, string(body))
	}))
	defer server.Close()
	var out, err bytes.Buffer
	args := append([]string{"trigger", "stripe", "--flow", "refunded", "--pace", "0", "--to", server.URL}, flags...)
	if code := Run(t.Context(), args, testDeps(func(string) string { return "" }, &out, &err)); code != exitDone {
		t.Fatal(err.String())
	}
	return events, bodies, err.String()
}

func TestAnEventThatIsSentAgainIsTheSame(t *testing.T) {
	events, bodies, _ := flowRequests(t, "--repeat", "3")
	slices.Sort(events)
	slices.Sort(bodies)
	if len(events) != 18 || len(slices.Compact(events)) != 6 || len(slices.Compact(bodies)) != 6 {
		t.Errorf("%d events: %q", len(events), events)
	}
}

func TestASeedGivesTheSameOrderAgain(t *testing.T) {
	order := func(seed string) (types []string) {
		_, bodies, errs := flowRequests(t, "--shuffle", "--seed", seed)
		for _, body := range bodies {
			_, name, _ := strings.Cut(body, `"pending_webhooks"`)
			_, name, _ = strings.Cut(name, `"type": "`)
			types = append(types, name)
		}
		if !strings.Contains(errs, "--seed "+seed) {
			t.Errorf("the seed is not printed: %s", errs)
		}
		return types
	}
	if one, again := order("7"), order("7"); !slices.Equal(one, again) {
		t.Errorf("%q, and again %q", one, again)
	}
	if slices.Equal(order("7"), order("8")) {
		t.Error("two seeds give the same order")
	}
}
