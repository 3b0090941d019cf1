package sqlite

import (
	"encoding/binary"
	"hash/crc32"
	"sync"

	"hookbeam/server/hook"
)

// recordVersion is the form of a record: its columns, and how they are encoded for the checksum. It is stored with
// each.
const recordVersion = 1

// recordVersionWithRest is the form of a record that has a rest (hook.AppendRest). It is the first form with the rest
// behind it, so that records without one stay what they were.
const recordVersionWithRest = 2

// castagnoli is the polynomial that processors compute by themselves: a checksum of 1 KiB takes less than 0.1 µs.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the CRC-32C of a row: of everything that is stored of a record, for nothing of it changes later.
// encoded is what encode made of the row.
//
// The encoding is the record's version, its seq, then each value in the order of deliveryColumns: a number as 8
// bytes, the
// least significant first; a text or bytes behind its length as a varint. Headers and body come last. The same record
// has
// the same checksum wherever it is kept. Changing this takes a new recordVersion.
func checksum(encoded, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(encoded, castagnoli), castagnoli, body)
}

func appendLength(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func appendNumber(b []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// verify says whether a record that was read is what was written.
func (s *Log) verify(w *deliveryRow) hook.Integrity {
	if !w.sum.Valid && w.record.Seq < s.summedFrom {
		return hook.IntegrityUnknown
	}
	encoded, _, _ := w.encode(nil)
	sum := checksum(encoded, w.record.Body)
	version := int64(recordVersion)
	if len(w.rest) > 0 {
		version = recordVersionWithRest
	}
	if w.version != version || !w.sum.Valid || int64(sum) != w.sum.Int64 {
		return hook.IntegrityDamaged
	}
	return hook.IntegrityOK
}

// maxSpoilt bounds how many damaged records are remembered, so that each is told of once.
const maxSpoilt = 10_000

// spoilt are the records that were found damaged since the start.
type spoilt struct {
	mu  sync.Mutex
	all map[hook.Seq]struct{}
}

// Damaged is how many records were found damaged since the start, at most 10,000.
func (s *Log) Damaged() int64 {
	s.spoilt.mu.Lock()
	defer s.spoilt.mu.Unlock()
	return int64(len(s.spoilt.all))
}

// noteDamage counts a damaged record, and logs it the first time.
func (s *Log) noteDamage(seq hook.Seq) {
	s.spoilt.mu.Lock()
	defer s.spoilt.mu.Unlock()
	if _, known := s.spoilt.all[seq]; known || len(s.spoilt.all) >= maxSpoilt {
		return
	}
	if s.spoilt.all == nil {
		s.spoilt.all = map[hook.Seq]struct{}{}
	}
	s.spoilt.all[seq] = struct{}{}
	s.options.Log.Error(
		"a delivery is damaged: what is stored of it is not what was received. It is kept, shown as damaged, and not "+
			"acted on",
		"seq",
		seq,
		"file",
		s.path,
	)
}

// errRecordDamaged is what is answered instead of a record that is not what was written.
var errRecordDamaged = &hook.Problem{
	Kind: hook.ErrDamaged,
	Code: "record_damaged",
	Detail: "What is stored of this delivery is not " +
		"what was received: its checksum does not match. Have the sender deliver it again, or take it from a backup, and check the disk.",
}
