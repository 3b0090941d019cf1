package access

import (
	"strconv"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func TestLimiterSaysWhenThereIsRoomAgain(t *testing.T) {
	l := NewLimiter(2, 3, 10)
	for i := range 3 {
		if _, ok := l.Allow("a", noon); !ok {
			t.Fatalf("event %d of the first burst was refused", i+1)
		}
	}
	wait, ok := l.Allow("a", noon)
	if ok || wait != 500*time.Millisecond {
		t.Fatalf("the fourth: %v %v, want refused for 500ms", wait, ok)
	}
	if _, ok := l.Allow("b", noon); !ok {
		t.Error("another key was refused for it")
	}
	if _, ok := l.Allow("a", noon.Add(wait-time.Millisecond)); ok {
		t.Error("allowed before the time that it said")
	}
	if _, ok := l.Allow("a", noon.Add(wait)); !ok {
		t.Error("refused at the time that it said")
	}
}

func TestLookingDoesNotCount(t *testing.T) {
	l := NewLimiter(1, 1, 10)
	for range 5 {
		if _, ok := l.Ready("a", noon); !ok {
			t.Fatal("looking was counted")
		}
	}
	l.Allow("a", noon)
	if wait, ok := l.Ready("a", noon); ok || wait != time.Second {
		t.Errorf("Ready = %v %v, want refused for 1s", wait, ok)
	}
}

func TestNoLimiterAllowsEverything(t *testing.T) {
	l := NewLimiter(0, 0, 0)
	for range 1000 {
		if _, ok := l.Allow("a", noon); !ok {
			t.Fatal("refused")
		}
	}
	if _, ok := l.Ready("a", noon); !ok {
		t.Fatal("refused")
	}
}

// TestAMillionAddressesTakeBoundedMemory is S14 of what is promised.
func TestAMillionAddressesTakeBoundedMemory(t *testing.T) {
	l := NewLimiter(1, 1, 1000)
	for i := range 1_000_000 {
		l.Allow(strconv.Itoa(i), noon)
	}
	if n := l.buckets.Len(); n > 1000 {
		t.Errorf("%d keys are remembered, want 1000 at most", n)
	}
	if _, ok := l.Allow("999999", noon); ok {
		t.Error("the latest key was forgotten")
	}
}

func TestKnownKeysAllocateNothing(t *testing.T) {
	l := NewLimiter(1e9, 1e9, 10)
	l.Allow("a", noon)
	if n := testing.AllocsPerRun(100, func() { l.Allow("a", noon) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestManyAtOnceShareOneLimit(t *testing.T) {
	l := NewLimiter(1, 50, 10)
	var wg sync.WaitGroup
	var mu sync.Mutex
	allowed := 0
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if _, ok := l.Allow("a", noon); ok {
					mu.Lock()
					allowed++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if allowed != 50 {
		t.Errorf("%d were allowed, want 50", allowed)
	}
}
