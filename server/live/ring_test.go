package live

import (
	"testing"

	"hookbeam/server/hook"
)

// held counts the entries of a ring and the bytes of their texts, one by one.
func (r *ring) held() (entries, bytes int) {
	for _, e := range r.slots {
		if e.seq != 0 {
			entries++
			bytes += len(e.text)
		}
	}
	return entries, bytes
}

// TestTheRingIsBoundedInEntriesAndInBytes fills rings with texts of many sizes. They never exceed their limits, remove
// only the oldest entries and no more than needed, and their floor is correct.
func TestTheRingIsBoundedInEntriesAndInBytes(t *testing.T) {
	for name, size := range map[string]func(i int) int{
		"short texts":             func(int) int { return 100 },
		"texts of 60 KB":          func(int) int { return 60_000 },
		"texts of all sizes":      func(i int) int { return i * 7919 % 200_000 },
		"one after many":          func(i int) int { return 1 + i/9999*ringBytes },
		"each as large as all":    func(int) int { return ringBytes },
		"nearly half of it by it": func(int) int { return ringBytes/2 - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			var r ring
			text := make([]byte, 2*ringBytes)
			for i := range 10_000 {
				e := entry{seq: hook.Seq(i + 1), text: text[:size(i)]}
				r.add(e)
				if r.bytes > max(ringBytes, len(e.text)) || r.next-r.first > ringEntries {
					t.Fatalf("after %d entries it keeps %d of them, %d bytes", i+1, r.next-r.first, r.bytes)
				}
			}
			checkRing(t, &r, size)
		})
	}
}

// checkRing fails unless r keeps the newest entries, and as many as fit.
func checkRing(t *testing.T, r *ring, size func(int) int) {
	t.Helper()
	entries, bytes := r.held()
	if uint64(entries) != r.next-r.first || bytes != r.bytes {
		t.Errorf("it says %d entries with %d bytes, and keeps %d with %d", r.next-r.first, r.bytes, entries, bytes)
	}
	newest := int(r.next)
	if got := r.at(r.next - 1).seq; got != hook.Seq(newest) {
		t.Errorf("its newest is %d, not %d", got, newest)
	}
	oldest := newest - entries + 1
	if r.floor != hook.Seq(oldest-1) {
		t.Errorf("it begins with %d and says %d", oldest, r.floor+1)
	}
	if bytes > max(ringBytes, size(newest-1)) {
		t.Errorf("it keeps %d bytes", bytes)
	}
	steady := size(0) == size(newest-1) // else a larger one may have needed the room
	if steady && oldest > 1 && entries < ringEntries && bytes+size(oldest-2) <= ringBytes {
		t.Errorf("it keeps %d bytes, and let go of one with %d", bytes, size(oldest-2))
	}
	if _, ok := r.after(r.floor); !ok {
		t.Error("it does not go on from where it begins")
	}
	if _, ok := r.after(r.floor - 1); ok {
		t.Error("it goes on from before it begins")
	}
}
