package sqlite

// bounds are the limits of each kind of delivery, as shares of --keep-bytes. Verified deliveries have most of it for
// themselves, so that a sender of forged or unsigned requests can never displace a verified one. A small reserve
// belongs to the others, so that rejected deliveries can be inspected even if verified ones fill the rest. 0 means no
// limit.
type bounds struct{ keep int64 }

// bounds returns the limits that the options set.
func (s *Log) bounds() bounds { return bounds{s.options.KeepBytes} }

// These are the limits in bytes of verified, unsigned and rejected deliveries, and of the rejected ones of one
// endpoint. Their sum may exceed keep: the total is limited as well, see unverified.
func (b bounds) verified() int64     { return b.keep - b.reserve() }
func (b bounds) unsigned() int64     { return b.keep / 2 }
func (b bounds) rejected() int64     { return b.keep / 5 }
func (b bounds) rejectedEach() int64 { return b.keep / 10 }

// reserve is what unsigned and rejected deliveries together may always take.
func (b bounds) reserve() int64 { return b.keep / 16 }

// slack is how far below a limit a pass of the sweeper goes. Without it, every append at the limit would need a pass.
func (b bounds) slack() int64 { return b.keep / 128 }

// excess says which limit of unsigned and rejected deliveries is exceeded.
type excess int

const (
	excessNone       excess = iota
	excessUnsigned          // the limit of unsigned deliveries: they are removed
	excessUnverified        // the total limit: unsigned and rejected deliveries are removed, before any verified one
)

// unverified returns which limit is exceeded by these bytes of each kind. With slack, the limits are lower by that
// much.
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

// wakeSweeper wakes the sweepers if a limit is exceeded. The writer calls it after each commit, so a sender that writes
// gigabytes within seconds does not fill the disk until the next regular pass.
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

// wake sends to a channel with one slot, unless a value is waiting there.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// verifiedOver reports whether verified deliveries must be removed: they exceed their limit, and there are more of them
// than Options.KeepVerified, which are kept in any case.
func (s *Log) verifiedOver(verified rowAmount) bool {
	b := s.bounds()
	return b.keep > 0 && verified.bytes > b.verified() && verified.number > s.options.KeepVerified
}

// warnOfBounds logs a warning if the newest verified deliveries, which are always kept, exceed their limit.
func (s *Log) warnOfBounds() {
	verified, b := s.ledger.committedTotal(kindVerified), s.bounds()
	if b.keep > 0 && verified.bytes > b.verified() && !s.verifiedOver(verified) {
		s.warn("floor", "the newest verified deliveries take more than --keep-bytes allows, but they are kept "+
			"anyway. Raise --keep-bytes, and make sure that the disk has enough free space",
			"deliveries", verified.number, "bytes", verified.bytes, "keep_bytes", b.keep)
	}
}
