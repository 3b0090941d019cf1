package access

import (
	"strconv"
	"testing"
	"time"
)

func TestAQuotaHoldsForEachClientAndForAll(t *testing.T) {
	q := NewQuota(5, 2)
	take := func(key string, shared bool, want Room) {
		t.Helper()
		if got := q.Take(Client{Key: key, Shared: shared}); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	take("a", false, HasRoom)
	take("a", false, HasRoom)
	take("a", false, ClientFull)
	take("b", false, HasRoom)
	take("proxy", true, HasRoom)
	take("proxy", true, HasRoom)
	take("proxy", true, AllFull)
	take("c", false, AllFull)
	if !q.Full() {
		t.Error("it is not full")
	}
	q.Give("a")
	take("c", false, HasRoom)
	q.Give("a")
	take("a", false, HasRoom)
}

func TestAMillionAddressesLeaveNothingBehind(t *testing.T) {
	q := NewQuota(10, 1)
	for i := range 1_000_000 {
		key := strconv.Itoa(i)
		if q.Take(Client{Key: key}) != HasRoom {
			t.Fatalf("no room for address %d", i)
		}
		q.Give(key)
	}
	if len(q.byClient) != 0 || q.Held() != 0 {
		t.Errorf("%d addresses are remembered, %d held", len(q.byClient), q.Held())
	}
}

func TestABucketFillsWithTime(t *testing.T) {
	now := time.Unix(0, 0)
	b := NewBucket(10, 3, now)
	for i, c := range []struct {
		after time.Duration
		n     int
		ok    bool
	}{
		{0, 3, true},
		{0, 1, false},
		{50 * time.Millisecond, 1, false},
		{50 * time.Millisecond, 1, true},
		{time.Hour, 4, false},
		{0, 3, true},
		{-time.Hour, 1, false},
	} {
		now = now.Add(c.after)
		if ok := b.Take(c.n, now); ok != c.ok {
			t.Errorf("step %d: %v, want %v", i, ok, c.ok)
		}
	}
}
