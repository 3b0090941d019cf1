package live

import (
	"slices"
	"sort"
	"time"

	"hookbeam/server/hook"
)

// Limits of the ring. A single text that is larger than ringBytes is kept alone.
const (
	ringEntries = 4096
	ringBytes   = 4 << 20
	// ringNotices is how many notices are remembered with their times.
	ringNotices = 64
)

// entry is one encoded update, in the ring or in a block. It is immutable: readers share its text.
type entry struct {
	seq      hook.Seq        // the delivery that the update is about or that caused it
	endpoint hook.EndpointID // what the filters of readers compare; "" passes every filter
	about    hook.EndpointID // of a notice about an endpoint: that endpoint
	status   bool            // the update is about a status that the delivery at seq changed
	notice   bool            // not in the log: seq is the head when it was sent
	text     []byte          // one JSON object
}

// ring is the buffer of the newest updates that all readers read from. Entries are numbered from 0 since the start of
// the server; those in [first, next) are kept, and adding one removes the oldest while a limit is exceeded. Entries
// are ordered by seq, and several can have the same one.
//
// A ring has no lock of its own: it belongs to Hub, whose lock guards it.
type ring struct {
	slots       []entry // allocated by the first add
	first, next uint64
	bytes       int      // sum of the texts
	floor       hook.Seq // all updates with a greater seq are in the ring
	notices     []noticeTime
}

// noticeTime is when a notice was added to the ring.
type noticeTime struct {
	index uint64
	at    time.Time
}

// noteNotice notes that the entry that is added next is a notice. Of more than ringNotices the oldest are forgotten.
func (r *ring) noteNotice(now time.Time) {
	if len(r.notices) == ringNotices {
		r.notices = slices.Delete(r.notices, 0, 1)
	}
	r.notices = append(r.notices, noticeTime{r.next, now})
}

// firstNotice returns the number of the oldest notice in the ring that is newer than since; next if there is none.
func (r *ring) firstNotice(since time.Time) uint64 {
	for _, n := range r.notices {
		if n.index >= r.first && n.at.After(since) {
			return n.index
		}
	}
	return r.next
}

// add appends an entry, and removes the oldest ones until it fits.
func (r *ring) add(e entry) {
	if r.slots == nil {
		r.slots = make([]entry, ringEntries)
	}
	for r.next-r.first == ringEntries || (r.bytes+len(e.text) > ringBytes && r.next > r.first) {
		oldest := &r.slots[r.first%ringEntries]
		r.floor, r.bytes = oldest.seq, r.bytes-len(oldest.text)
		*oldest = entry{}
		r.first++
	}
	r.slots[r.next%ringEntries] = e
	r.bytes += len(e.text)
	r.next++
}

// clear removes all entries and sets the floor. It skips one entry number: a reader whose next entry was the one after
// the last is then behind the ring, and reads from the log what was never added here.
func (r *ring) clear(floor hook.Seq) {
	for ; r.first < r.next; r.first++ {
		*r.at(r.first) = entry{}
	}
	r.next++
	r.first, r.bytes, r.floor = r.next, 0, floor
}

// at returns the slot of an entry. The caller has checked that the entry is in [first, next).
func (r *ring) at(index uint64) *entry { return &r.slots[index%ringEntries] }

// after returns the number of the first entry with a greater seq, or next if there is none. ok is false if some of the
// updates after seq are no longer in the ring.
func (r *ring) after(seq hook.Seq) (index uint64, ok bool) {
	if seq < r.floor {
		return 0, false
	}
	n := sort.Search(int(r.next-r.first), func(i int) bool { return r.at(r.first+uint64(i)).seq > seq })
	return r.first + uint64(n), true
}
