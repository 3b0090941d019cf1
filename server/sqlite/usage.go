package sqlite

import "hookbeam/server/hook"

// Usage returns what the log holds as of the last commit, and its limits.
func (s *Log) Usage() hook.Usage {
	verified, unsigned := s.ledger.committedTotal(kindVerified), s.ledger.committedTotal(kindUnsigned)
	rejected, events := s.ledger.committedTotal(kindRejected), s.ledger.committedTotal(kindEvents)
	return hook.Usage{
		Deliveries: verified.number + unsigned.number + rejected.number,
		Bytes:      verified.bytes + unsigned.bytes + rejected.bytes,
		KeepBytes:  s.options.KeepBytes,
		Events:     events.number, EventBytes: events.bytes, KeepEventBytes: s.options.KeepEvents,
		EventsForgotten:      s.ledger.committedTotal(kindForgotten).number,
		EventsForgottenEarly: s.ledger.committedTotal(kindEarly).number,
		RejectedBytes:        rejected.bytes, UnsignedBytes: unsigned.bytes, Damaged: s.Damaged(),
	}
}

// Thinned is the seq up to which deliveries may be gone from the middle of the log: unsigned ones, and those beyond the
// limits of their endpoint. Unlike FirstKept, it says nothing about the others. A rebuild of a projection cannot repeat
// what deliveries caused that are gone.
func (s *Log) Thinned() hook.Seq {
	flags := s.ledger.committedFlags()
	return max(flags.thinned, flags.gaps, s.removedUpTo())
}

// FirstKeptOf is FirstKept for the deliveries of one endpoint ("": of all) that are in the set among (nil: all). It is
// greater where a limit of an endpoint removed verified deliveries from the middle of the log.
func (s *Log) FirstKeptOf(endpoint hook.EndpointID, among *hook.EndpointSet) hook.Seq {
	first := s.FirstKept()
	s.ledger.committed.Lock()
	removed := s.ledger.committed.removed
	s.ledger.committed.Unlock()
	for id, seq := range removed {
		if (endpoint == "" || endpoint == id) && among.Has(id) {
			first = max(first, seq+1)
		}
	}
	return first
}
