package sqlite

// bounds are the shares of --keep-bytes. Verified deliveries have a share of their own that others never take, so that
// whoever sends forged or unsigned ones displaces no verified one; and those have a small share that verified ones
// never
// take.
type bounds struct{ keep int64 }

func (s *Log) bounds() bounds { return bounds{s.options.KeepBytes} }

func (b bounds) verified() int64     { return b.keep - b.reserve() }
func (b bounds) unsigned() int64     { return b.keep / 2 }
func (b bounds) rejected() int64     { return b.keep / 5 }
func (b bounds) rejectedEach() int64 { return b.keep / 10 }

// reserve is what unsigned and rejected deliveries have, however many verified ones there are.
func (b bounds) reserve() int64 { return b.keep / 16 }

// slack is how much more than it must a pass removes, so that not every append needs one.
func (b bounds) slack() int64 { return b.keep / 128 }

// excess is what is beyond the bounds of deliveries.
type excess int

const (
	excessNone       excess = iota
	excessUnsigned          // of unsigned deliveries
	excessUnverified        // in all: unsigned and rejected ones go first
)

// unverified says which of the unsigned and rejected deliveries must go, or would with slack to spare.
func (b bounds) unverified(verified, unsigned, rejected, slack int64) excess {
	others := unsigned + rejected
	switch {
	case b.keep == 0:
		return excessNone
	case unsigned > b.unsigned()-slack:
		return excessUnsigned
	case verified+others > b.keep-slack && others > b.reserve()-slack:
		return excessUnverified
	}
	return excessNone
}

// wakeSweeper is called after each commit, by the writer.
func (s *Log) wakeSweeper() {
	l, b := s.ledger, s.bounds()
	if b.unverified(l.verified.bytes, l.unsigned.bytes, l.rejected.bytes, 0) != excessNone ||
		s.verifiedOver(*l.verified) ||
		b.keep > 0 && l.rejected.bytes > b.rejected() {
		wake(s.sweeper.wake)
	}
	if due := s.sweeper.events.due(s.options.KeepEvents); due > 0 && l.events.bytes > due {
		wake(s.sweeper.events.wake)
	}
}

func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is awake
	}
}

// verifiedOver reports whether verified deliveries must go: they take more than their share, and there are more than
// stay
// whatever they take.
func (s *Log) verifiedOver(verified rowAmount) bool {
	b := s.bounds()
	return b.keep > 0 && verified.bytes > b.verified() && verified.number > s.options.KeepVerified
}

// warnOfBounds says where a bound cannot be held.
func (s *Log) warnOfBounds() {
	verified, b := s.ledger.committedTotal(kindVerified), s.bounds()
	if b.keep > 0 && verified.bytes > b.verified() && !s.verifiedOver(verified) {
		s.warn(
			"floor",
			"the newest verified deliveries take more than --keep-bytes allows; they are kept all the same. "+
				"Raise it, and see that the disk has room",
			"deliveries",
			verified.number,
			"bytes",
			verified.bytes,
			"keep_bytes",
			b.keep,
		)
	}
}
