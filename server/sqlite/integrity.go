package sqlite

import (
	"database/sql"
	"encoding/binary"
	"hash/crc32"
	"sync"

	"hookbeam/server/hook"
)

// recordVersion is the form of a record: its columns, and how they are encoded for the checksum. It is stored with each.
const recordVersion = 1

// castagnoli is the polynomial that processors compute by themselves: a checksum of 1 KiB takes less than 0.1 µs.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum returns the CRC-32C of a record: of everything that is stored of it, for nothing of it changes later. random and
// headers are as they are stored, seq and version as well. scratch is used again by the next call.
//
// The encoding is the record's version, then each value in the order below: a number as 8 bytes, the least significant first;
// a text or bytes behind its length as a varint. Headers and body come last. The same record has the same checksum wherever it
// is kept. Changing this takes a new recordVersion.
func checksum(version byte, r *hook.Record, random, headers, scratch []byte) (sum uint32, used []byte) {
	b := append(scratch[:0], version)
	b = appendNumber(b, int64(r.Seq))
	b = appendBytes(b, random)
	b = appendText(b, string(r.Endpoint))
	b = appendNumber(b, r.ReceivedAt.UnixMilli())
	b = appendNumber(b, r.Took.Microseconds())
	b = appendText(b, r.Method)
	b = appendText(b, r.Path)
	b = appendText(b, r.Query)
	b = appendText(b, r.ContentType)
	b = appendNumber(b, r.Size)
	b = appendText(b, r.Type)
	b = appendText(b, r.Event)
	b = appendText(b, string(r.Verdict))
	b = appendText(b, string(r.Reason))
	b = appendText(b, r.Secret)
	b = appendNumber(b, int64(r.DuplicateOf))
	b = appendNumber(b, int64(r.Try))
	b = appendNumber(b, int64(r.ReleaseOf))
	b = appendNumber(b, occurredAt(r))
	b = appendText(b, r.Account)
	b = appendText(b, r.Mode)
	b = appendNumber(b, int64(r.Events))
	b = appendText(b, r.Check.Scheme)
	b = appendText(b, string(r.Check.Covers))
	if r.Check.Dated {
		b = appendNumber(append(b, 1), r.Check.Skew.Milliseconds())
	} else {
		b = append(b, 0)
	}
	b = appendText(b, r.Host)
	b = appendText(b, r.Proto)
	b = appendText(b, r.Remote)
	b = appendBytes(b, headers)
	b = binary.AppendUvarint(b, uint64(len(r.Body)))
	return crc32.Update(crc32.Checksum(b, castagnoli), castagnoli, r.Body), b
}

func appendNumber(b []byte, n int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(n)) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendBytes(b, s []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// occurredAt is when the event happened in milliseconds since 1970, 0 where that is not known.
func occurredAt(r *hook.Record) int64 {
	if r.OccurredAt.IsZero() {
		return 0
	}
	return r.OccurredAt.UnixMilli()
}

// verify says whether a record that was read is what was written. random and headers are as they are stored.
func (s *Log) verify(r *hook.Record, version int64, random, headers []byte, stored sql.NullInt64) hook.Integrity {
	if !stored.Valid && r.Seq < s.summedFrom {
		return hook.IntegrityUnknown
	}
	sum, _ := checksum(byte(version), r, random, headers, nil)
	if version != recordVersion || !stored.Valid || int64(sum) != stored.Int64 {
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
	s.options.Log.Error("a delivery is damaged: what is stored of it is not what was received. It is kept, shown as damaged, and not "+
		"acted on", "seq", seq, "file", s.path)
}

// errRecordDamaged is what is answered instead of a record that is not what was written.
var errRecordDamaged = &hook.Problem{Kind: hook.ErrDamaged, Code: "record_damaged", Detail: "What is stored of this delivery is not " +
	"what was received: its checksum does not match. Have the sender deliver it again, or take it from a backup, and check the disk."}
