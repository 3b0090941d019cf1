package live

import (
	"sort"

	"hookbeam/server/hook"
)

// The ring's bounds: how many updates, and how many bytes of them, all readers share.
const (
	ringEntries = 4096
	ringBytes   = 4 << 20
)

// entry is one encoded update.
type entry struct {
	seq      hook.Seq
	endpoint hook.EndpointID
	status   bool // moved by the delivery at seq, whenever it is told of
	notice   bool // stands beside the log, at seq, and passes every filter
	text     []byte
}

// ring holds the newest entries, numbered from 0 since the start: those in [first, next) are kept.
type ring struct {
	slots       []entry
	first, next uint64
	bytes       int
	floor       hook.Seq // everything after this seq is here
}

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

// clear forgets all entries, and a number, so that whoever stood behind the last of them is behind the ring; what is
// after
// floor will be here.
func (r *ring) clear(floor hook.Seq) {
	for ; r.first < r.next; r.first++ {
		*r.at(r.first) = entry{}
	}
	r.next++
	r.first, r.bytes, r.floor = r.next, 0, floor
}

func (r *ring) at(index uint64) *entry { return &r.slots[index%ringEntries] }

// after returns the number of the first entry behind seq; ok is false where older ones are missing.
func (r *ring) after(seq hook.Seq) (index uint64, ok bool) {
	if seq < r.floor {
		return 0, false
	}
	n := sort.Search(int(r.next-r.first), func(i int) bool { return r.at(r.first+uint64(i)).seq > seq })
	return r.first + uint64(n), true
}
