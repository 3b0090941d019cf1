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

// Thinned is the seq up to which all unsigned deliveries were removed. Unlike FirstKept, it says nothing about verified
// ones. A rebuild of a projection cannot repeat what these unsigned deliveries caused.
func (s *Log) Thinned() hook.Seq { return max(s.ledger.committedFlags().thinned, s.removedUpTo()) }
