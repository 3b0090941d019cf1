package sqlite

import (
	"encoding/binary"
	"hash/crc32"
	"sync"

	"hookbeam/server/hook"
)

// recordVersion is the version of a record's form: its columns and how they are encoded for the checksum. It is stored
// with each record.
const recordVersion = 1

// recordVersionWithRest is the version of a record that has a rest (hook.AppendRest). Its encoding is that of
// recordVersion with the rest appended, so records without a rest did not need a new version.
const recordVersionWithRest = 2

// castagnoli is the polynomial of CRC-32C. Processors compute it in hardware: 1 KiB takes less than 0.1 µs.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the CRC-32C of a row. It covers everything that is stored of a record, since nothing of it changes
// later. encoded is the result of deliveryRow.encode.
//
// The encoding is the record's version, its seq, then each value in the order of deliveryColumns, of which headers and
// body come last: a number as 8 bytes, little-endian; a text or bytes after its length, which is a varint. The same
// record has the same checksum wherever it is stored. A change of the encoding needs a new recordVersion.
func checksum(encoded, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(encoded, castagnoli), castagnoli, body)
}

// appendLength, appendNumber, appendText and appendBytes append values in this encoding.
func appendLength(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func appendNumber(b []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// verify compares the checksum of a row that was read with the stored one. A row without a checksum is only valid if a
// release stored it that had none.
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

// maxDamagedRecords is how many damaged records are remembered.
const maxDamagedRecords = 10_000

// damagedRecords is the set of records that were found damaged since the start, so that each is counted and logged
// once.
type damagedRecords struct {
	mu  sync.Mutex
	all map[hook.Seq]struct{}
}

// Damaged returns how many records were found damaged since the start, at most 10,000.
func (s *Log) Damaged() int64 {
	s.damagedRecords.mu.Lock()
	defer s.damagedRecords.mu.Unlock()
	return int64(len(s.damagedRecords.all))
}

// noteDamage counts a damaged record, and logs it the first time.
func (s *Log) noteDamage(seq hook.Seq) {
	s.damagedRecords.mu.Lock()
	defer s.damagedRecords.mu.Unlock()
	if _, reported := s.damagedRecords.all[seq]; reported || len(s.damagedRecords.all) >= maxDamagedRecords {
		return
	}
	if s.damagedRecords.all == nil {
		s.damagedRecords.all = map[hook.Seq]struct{}{}
	}
	s.damagedRecords.all[seq] = struct{}{}
	s.options.Log.Error("a delivery is damaged: the stored record does not match its checksum. It is kept, shown as "+
		"damaged, and has no effect", "seq", seq, "file", s.path)
}

// errRecordDamaged is the problem that comes with a damaged record.
var errRecordDamaged = &hook.Problem{
	Kind: hook.ErrDamaged,
	Code: "record_damaged",
	Detail: "The stored record of this delivery does not match its checksum. " +
		"Ask the sender to deliver it again, or restore it from a backup, and check the disk.",
}
