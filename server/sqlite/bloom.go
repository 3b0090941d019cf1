package sqlite

import (
	"encoding/binary"
	"sync/atomic"

	"hookbeam/server/hook"
)

// bloom is a Bloom filter of the aliases in the table names. It answers most lookups of aliases that are not stored
// without reading the disk. Each new payment has such aliases, and since hashes are random, each lookup would read
// another page of the table.
//
// It has no false negatives once it is complete. Deleted aliases stay in it and only cause lookups. One goroutine at a
// time may put aliases in, except that loadAliases may run beside it; any may ask.
type bloom struct {
	words    []uint64
	complete atomic.Bool // all stored aliases are in it; until then it cannot answer
}

// bloomBits is the size of the filter: 2 MiB, of which the operating system provides only the pages that are used. With
// a million aliases, two lookups in a thousand of absent ones are false positives, with four million one in seven.
const bloomBits = 1 << 24

// newBloom returns an empty filter that is not complete.
func newBloom() *bloom { return &bloom{words: make([]uint64, bloomBits/64)} }

// put adds an alias. The bits are set atomically, because readers and loadAliases use them at the same time.
func (b *bloom) put(alias hook.AliasHash) {
	for i := range len(alias) / 4 {
		word, bit := bitOf(alias, i)
		atomic.OrUint64(&b.words[word], bit)
	}
}

// definitelyAbsent reports whether an alias is certainly not stored. false means that the table must be read.
func (b *bloom) definitelyAbsent(alias hook.AliasHash) bool {
	if !b.complete.Load() {
		return false
	}
	for i := range len(alias) / 4 {
		if word, bit := bitOf(alias, i); atomic.LoadUint64(&b.words[word])&bit == 0 {
			return true
		}
	}
	return false
}

// bitOf returns the i-th bit of an alias: the index of its word, and the bit as a mask. A Bloom filter needs several
// independent hashes. The 16 bytes of an AliasHash are from a SHA-256, so each 4 of them are one.
func bitOf(alias hook.AliasHash, i int) (word uint32, bit uint64) {
	n := binary.LittleEndian.Uint32(alias[4*i:]) % bloomBits
	return n / 64, 1 << (n % 64)
}
