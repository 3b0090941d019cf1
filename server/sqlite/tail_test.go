package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"hookbeam/server/hook"
)

// TestLongPathsAreBoundedInMemory has deliveries come whose paths are as long as a header may be: what is kept in
// memory of them, and what one page holds, is bounded in bytes, and nothing is missing.
func TestLongPathsAreBoundedInMemory(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	const n = 300
	for i := range n {
		r := record("x")
		r.Path = fmt.Sprint("/", i, strings.Repeat("x", 60_000))
		appended(t, s, r)
	}
	if s.tail.texts > tailTexts || s.tail.from == 0 || s.tail.to != n {
		t.Errorf("%d bytes of texts in (%d, %d]", s.tail.texts, s.tail.from, s.tail.to)
	}
	light := func(page []hook.Delivery) {
		t.Helper()
		bytes := 0
		for i := range page {
			bytes += weightOf(&page[i])
		}
		if bytes > pageBytes {
			t.Errorf("%d deliveries of %d bytes", len(page), bytes)
		}
	}
	pages := 0
	for from := hook.Seq(0); from < n; pages++ {
		page, upTo, err := s.After(t.Context(), from, 512)
		if err != nil || len(page) == 0 || upTo != page[len(page)-1].Seq {
			t.Fatalf("behind %d: %d deliveries up to %d, %v", from, len(page), upTo, err)
		}
		light(page)
		for i, d := range page {
			if d.Seq != from+1+hook.Seq(i) || !strings.HasPrefix(d.Path, fmt.Sprint("/", d.Seq-1, "x")) {
				t.Fatalf("%d behind %d", d.Seq, from)
			}
		}
		from = upTo
	}
	if pages < 15 {
		t.Errorf("in %d pages", pages)
	}
	seen, before := 0, hook.Seq(0)
	for seen == 0 || before != 0 {
		page, next, err := s.Deliveries(t.Context(), hook.Filter{}, before, 200)
		if err != nil {
			t.Fatal(err)
		}
		light(page)
		seen, before = seen+len(page), next
	}
	if seen != n {
		t.Errorf("%d deliveries are listed", seen)
	}
	for i := range 2 * tailSize {
		appended(t, s, verified(fmt.Sprint("evt_", i)))
	}
	sum := 0
	for i := range s.tail.ring {
		sum += textBytes(&s.tail.ring[i])
	}
	if s.tail.to-s.tail.from != tailSize || s.tail.texts != sum {
		t.Errorf("(%d, %d] with %d bytes, which say %d", s.tail.from, s.tail.to, sum, s.tail.texts)
	}
}

// TestTheTailLetsGoOfBodies: an event's id that was read of a body shares that body's memory.
func TestTheTailLetsGoOfBodies(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	r := verified("evt_1")
	appended(t, s, r)
	kept := &s.tail.ring[1]
	if kept.Event != r.Event || unsafe.StringData(kept.Event) == unsafe.StringData(r.Event) ||
		unsafe.StringData(kept.Path) == unsafe.StringData(r.Path) {
		t.Errorf("%q is the memory that it was read of", kept.Event)
	}
}
