package status

import (
	"cmp"
	"slices"

	"hookbeam/server/hook"
)

// seqSet is a set of seqs that are added in their order. It takes 16 bytes for at most 64 neighbours, so that of a log
// without holes it takes two bits for each, and never more than a small part of what the deliveries take themselves.
type seqSet struct{ words []seqWord }

// seqWord has a bit for each of the 64 seqs from 64*at on, set for those in the set.
type seqWord struct {
	at   hook.Seq
	bits uint64
}

// add adds a seq that is larger than all that were added before.
func (s *seqSet) add(seq hook.Seq) {
	if n := len(s.words); n == 0 || s.words[n-1].at != seq/64 {
		s.words = append(s.words, seqWord{at: seq / 64})
	}
	s.words[len(s.words)-1].bits |= 1 << (seq % 64)
}

// has reports whether a seq is in the set.
func (s *seqSet) has(seq hook.Seq) bool {
	i, found := slices.BinarySearchFunc(
		s.words,
		seq/64,
		func(w seqWord, at hook.Seq) int { return cmp.Compare(w.at, at) },
	)
	return found && s.words[i].bits&(1<<(seq%64)) != 0
}
