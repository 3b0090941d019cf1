package access

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// newRefusalList returns a list with a clock that the test moves.
func newRefusalList(t *testing.T) (*RefusalList, *time.Time) {
	t.Helper()
	now := time.Unix(1_800_000_000, 0)
	l, err := NewRefusalList(func() time.Time { return now }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return l, &now
}

func TestARefusalIsKeptWithoutWhatMayBeSecret(t *testing.T) {
	l, now := newRefusalList(t)
	l.Note(&Refusal{Code: "endpoint_not_found", Status: 404, Method: strings.Repeat("X", 30), Tail: "canary/token",
		Size: -1, Remote: "192.0.2.1", UserAgent: strings.Repeat("ü", 150)})
	l.Note(&Refusal{Endpoint: "ep_a", Code: "body_too_large", Status: 413, Method: "POST", Segments: 2, Query: true,
		Size: 11, Remote: "192.0.2.1", UserAgent: "sender/1.0"})
	unknown, own := l.Newest(""), l.Newest("ep_a")
	if len(unknown) != 1 || len(own) != 1 || len(l.Newest("ep_b")) != 0 {
		t.Fatalf("%v %v", unknown, own)
	}
	if f := unknown[0]; !f.At.Equal(*now) || f.Method != strings.Repeat("X", 20) || len(f.Tail) != 12 ||
		f.UserAgent != strings.Repeat("ü", 100) || f.Size != -1 || f.Status != 404 || f.Remote != "192.0.2.1" {
		t.Errorf("%+v", f)
	}
	if f := own[0]; f.Method != "POST" || f.Tail != "" || f.Segments != 2 || !f.Query || f.UserAgent != "sender/1.0" {
		t.Errorf("%+v", f)
	}
	if kept := fmt.Sprintf("%+v %q", l.kept, l.kept[0].method); strings.Contains(kept, "canary") {
		t.Error("the address is kept")
	}
	l.Note(&Refusal{Tail: "canary/token", Remote: "192.0.2.2"})
	l.Note(&Refusal{Tail: "canary/other", Remote: "192.0.2.2"})
	other, _ := newRefusalList(t)
	other.Note(&Refusal{Tail: "canary/token"})
	if all := l.Newest(""); all[1].Tail != all[2].Tail || all[0].Tail == all[1].Tail ||
		other.Newest("")[0].Tail == all[1].Tail {
		t.Errorf("hashes: %+v", all)
	}
}

func TestAFloodOfRefusalsIsCountedAndRemovesNothingOfOthers(t *testing.T) {
	l, now := newRefusalList(t)
	l.Note(&Refusal{Endpoint: "ep_quiet", Code: "a", Remote: "192.0.2.1"})
	const each, seconds = 1000, 30
	for range seconds {
		*now = now.Add(time.Second)
		before := 0
		for _, ring := range l.rings {
			before += ring.n
		}
		for i := range each {
			l.Note(&Refusal{Endpoint: fmt.Sprint("ep_", i%7), Code: "a", Remote: fmt.Sprint("2001:db8::", i)})
			l.Note(&Refusal{Code: "b", Remote: "192.0.2.9"})
		}
		if after := len(l.NewestOfAll()); after-before > refusalsASecond {
			t.Fatalf("%d were written down in a second", after-before)
		}
	}
	all := l.NewestOfAll()
	if len(all) > refusalsKept || len(all) < refusalsKept/2 || len(l.kept) > refusalsKept {
		t.Errorf("%d are kept in %d", len(all), len(l.kept))
	}
	for i := 1; i < len(all); i++ {
		if all[i].At.After(all[i-1].At) {
			t.Fatalf("%d is newer than the one before", i)
		}
	}
	if n := len(l.Newest("")); n == 0 || n > min(refusalsOfEndpoint, seconds*unknownOfAddress) {
		t.Errorf("%d of one address are kept", n)
	}
	if len(l.Newest("ep_quiet")) != 1 {
		t.Error("the quiet endpoint lost its refusal")
	}
	if counts := l.Counts(); counts["a"] != each*seconds+1 || counts["b"] != each*seconds {
		t.Errorf("counted: %v", counts)
	}
}

func TestAFloodAtUnknownAddressesLeavesRoomForEndpoints(t *testing.T) {
	l, _ := newRefusalList(t)
	for i := range 10_000 {
		l.Note(&Refusal{Code: "a", Remote: fmt.Sprint("2001:db8::", i)})
	}
	for i := range 20 { // addresses share places, so one of them may have none left
		l.Note(&Refusal{Endpoint: "ep_a", Code: "b", Remote: fmt.Sprint("192.0.2.", i)})
	}
	if n := len(l.Newest("")); n != unknownASecond || len(l.Newest("ep_a")) < 10 {
		t.Errorf("%d and %d are kept", n, len(l.Newest("ep_a")))
	}
}

func TestASenderThatTriesOftenIsKept(t *testing.T) {
	l, _ := newRefusalList(t)
	for range 40 { // within one second
		l.Note(&Refusal{Endpoint: "ep_a", Code: "a", Remote: "192.0.2.1"})
	}
	if n := len(l.Newest("ep_a")); n != 40 {
		t.Errorf("%d of 40 are kept", n)
	}
	for i := range 1000 {
		l.Note(&Refusal{Endpoint: "ep_a", Code: "a", Remote: "192.0.2.1"})
		l.Note(&Refusal{Endpoint: "ep_b", Code: "a", Remote: fmt.Sprint("198.51.100.", i)})
	}
	if n := len(l.Newest("ep_b")); n < 40 { // addresses share places
		t.Errorf("one address leaves room for %d of others", n)
	}
}

func TestEachEndpointKeepsItsNewest(t *testing.T) {
	l, now := newRefusalList(t)
	for i := range 3 * refusalsOfEndpoint {
		*now = now.Add(time.Second)
		l.Note(&Refusal{Endpoint: "ep_a", Size: int64(i), Remote: "192.0.2.1"})
	}
	list := l.Newest("ep_a")
	if len(list) != refusalsOfEndpoint || len(l.kept) != refusalsOfEndpoint {
		t.Fatalf("%d are kept in %d", len(list), len(l.kept))
	}
	for i, f := range list {
		if f.Size != int64(3*refusalsOfEndpoint-1-i) {
			t.Fatalf("the element %d is %d", i, f.Size)
		}
	}
}

// TestEndpointsBeyondTheLimitShareIt fills the list with one refusal of each of more endpoints than it has elements.
func TestEndpointsBeyondTheLimitShareIt(t *testing.T) {
	l, now := newRefusalList(t)
	for i := range 2 * refusalsKept {
		*now = now.Add(time.Second)
		l.Note(&Refusal{Endpoint: fmt.Sprint("ep_", i)})
	}
	if n := len(l.NewestOfAll()); n != refusalsKept || len(l.rings) != refusalsKept {
		t.Errorf("%d are kept in %d rings", n, len(l.rings))
	}
}

func TestARefusalCostsNoMemoryOnceTheListIsFull(t *testing.T) {
	l, now := newRefusalList(t)
	f := &Refusal{Code: "a", Method: "POST", Tail: strings.Repeat("x", 60_000), Remote: "192.0.2.1", UserAgent: "a"}
	for range refusalsOfEndpoint {
		*now = now.Add(time.Second)
		l.Note(f)
	}
	if n := testing.AllocsPerRun(1000, func() { *now = now.Add(time.Second); l.Note(f) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNoRefusalListIgnoresCalls(t *testing.T) {
	var l *RefusalList
	l.Note(&Refusal{Code: "a"})
	l.Count("a")
	if len(l.Newest("")) != 0 || len(l.NewestOfAll()) != 0 || len(l.Counts()) != 0 || !l.Since().IsZero() {
		t.Error("something was kept")
	}
	if _, err := NewRefusalList(time.Now, iotest.ErrReader(fmt.Errorf("no randomness"))); err == nil {
		t.Error("no error")
	}
}

// BenchmarkFloodOfRefusals measures what a refusal costs that is only counted.
func BenchmarkFloodOfRefusals(b *testing.B) {
	l, err := NewRefusalList(time.Now, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		f := &Refusal{Code: "endpoint_not_found", Method: "POST", Tail: "x", Remote: "192.0.2.1", UserAgent: "a"}
		for pb.Next() {
			l.Note(f)
		}
	})
}
