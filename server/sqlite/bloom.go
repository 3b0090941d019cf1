package sqlite

import (
	"encoding/binary"
	"sync/atomic"

	"hookbeam/server/hook"
)

// bloom is a Bloom filter: it knows of most names that are not there that they are not. Each payment brings names that
// nobody had before, and each of them would be looked for at another place of the disk. One goroutine at a time may put
// names in; any may ask.
type bloom struct {
	words    []uint64
	complete atomic.Bool // it has all names that there are
}

// bloomBits is room for a million names, of which two in a thousand others are then taken for one of them; with four
// million it is one in seven. 2 MiB, resident only as far as there are names.
const bloomBits = 1 << 24

func newBloom() *bloom { return &bloom{words: make([]uint64, bloomBits/64)} }

func (b *bloom) put(name hook.AliasHash) {
	for i := range len(name) / 4 {
		word, bit := place(name, i)
		atomic.OrUint64(&b.words[word], bit)
	}
}

// definitelyAbsent reports whether a name is certainly not there.
func (b *bloom) definitelyAbsent(name hook.AliasHash) bool {
	if !b.complete.Load() {
		return false
	}
	for i := range len(name) / 4 {
		if word, bit := place(name, i); atomic.LoadUint64(&b.words[word])&bit == 0 {
			return true
		}
	}
	return false
}

// place is where the i-th bit of a name is. Names are cut from a SHA-256: each part of them is as good as another hash.
func place(name hook.AliasHash, i int) (word uint32, bit uint64) {
	n := binary.LittleEndian.Uint32(name[4*i:]) % bloomBits
	return n / 64, 1 << (n % 64)
}
