//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// soakRows returns the rows of a soak in which a figure of the last quarter differs from that of the second.
func soakRows(change func(*soakSample), failed int64) (missed int, printed string) {
	steady := soakSample{heap: 20 << 20, descriptors: 240, goroutines: 250, files: fileSizes{"hookbeam.db": 1 << 20}}
	w := &soakWatch{}
	for n := range 8 {
		s := steady
		if n < 2 { // what fills up at first is no growth
			s.heap, s.files = 1<<20, fileSizes{}
		}
		if n >= 6 {
			change(&s)
		}
		w.samples = append(w.samples, s)
	}
	l, b := &soakLoad{}, &bench{plan: plan{soakFor: time.Hour}}
	l.failed.Store(failed)
	b.addSoak(w, l, steady, steady)
	var out strings.Builder
	return b.table.print(&out), out.String()
}

func TestWhatGrowsInTheLastQuarterOfASoakIsMissed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*soakSample)
		failed int64
		want   int // rows that miss their must
	}{
		"nothing grows":       {func(*soakSample) {}, 0, 0},
		"a little":            {func(s *soakSample) { s.heap *= 1.04; s.descriptors *= 0.96 }, 0, 0},
		"the heap":            {func(s *soakSample) { s.heap *= 1.06 }, 0, 1},
		"descriptors":         {func(s *soakSample) { s.descriptors *= 1.06 }, 0, 1},
		"goroutines":          {func(s *soakSample) { s.goroutines *= 1.06 }, 0, 1},
		"a new file":          {func(s *soakSample) { s.files = fileSizes{"a": 1 << 20, "b": 1 << 18} }, 0, 1},
		"it falls, too":       {func(s *soakSample) { s.heap *= 0.9 }, 0, 1},
		"one request fails":   {func(*soakSample) {}, 1, 1},
		"everything, and one": {func(s *soakSample) { s.heap, s.descriptors, s.goroutines = 1, 1, 1 }, 1, 4},
	} {
		t.Run(name, func(t *testing.T) {
			if missed, printed := soakRows(c.change, c.failed); missed != c.want {
				t.Errorf("%d musts are missed, not %d:\n%s", missed, c.want, printed)
			}
		})
	}
}

func TestASoakRunsOnlyIfItIsNamed(t *testing.T) {
	all, err := choose([]string{"start", "soak"}, "")
	if err != nil || !all["start"] || all["soak"] {
		t.Errorf("of all: %v %v", all, err)
	}
	if named, err := choose([]string{"start", "soak"}, "soak"); err != nil || !named["soak"] || named["start"] {
		t.Errorf("named: %v %v", named, err)
	}
}

func TestSizesAreThoseOfAllFiles(t *testing.T) {
	folder := t.TempDir()
	for name, size := range map[string]int{"a.db": 10, "sub/b.db-wal": 5} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, make([]byte, size), 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	sizes, err := sizesIn(folder)
	if err != nil || sizes.total() != 15 || sizes[filepath.Join("sub", "b.db-wal")] != 5 {
		t.Errorf("got %v, %v", sizes, err)
	}
}

// TestALaneOfASoakSendsWholePayments reads the events of one lane: those of a payment come in order.
func TestALaneOfASoakSendsWholePayments(t *testing.T) {
	l := &soakLoad{shop: &shop{server: &server{addr: "127.0.0.1:1", in: "/in/shop"}}}
	next, order := l.laneOfPayments(3), []string{`"payment_intent.created"`, `"payment_intent.processing"`,
		`"payment_intent.succeeded"`, `"amount_refunded":100,`, `"amount_refunded":200,`}
	seen := map[string]int{}
	for i := range 2 * 8 * len(order) {
		request := string(next())
		_, rest, _ := strings.Cut(request, `pi_`)
		id, _, _ := strings.Cut(rest, `"`)
		if want := order[seen[id]]; !strings.Contains(request, want) {
			t.Fatalf("event %d, number %d of payment %s, is without %s: %s", i, seen[id], id, want, request)
		}
		seen[id]++
	}
	for id, events := range seen {
		if events != len(order) {
			t.Errorf("payment %s has %d events", id, events)
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d payments, not 16: %v", len(seen), seen)
	}
}

func TestASleepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if sleepUntil(ctx, time.Now().Add(time.Hour)) {
		t.Error("the load goes on after its end")
	}
}
