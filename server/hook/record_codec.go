package hook

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
)

// RecordKind is the kind of a record in the log.
type RecordKind byte

// The kinds of record. A log may contain other kinds, written by a newer release: they are kept, and followers skip
// them.
const (
	RecordDelivery  RecordKind = 1 // a request as received
	RecordRelease   RecordKind = 2 // a rejected delivery that verified later
	RecordAnswer    RecordKind = 3 // the response to a sender
	RecordShown     RecordKind = 4 // an Impression
	RecordRetention RecordKind = 5 // which deliveries retention removed
	RecordRedaction RecordKind = 6 // which parts of a delivery were removed
)

// LogRecord is one record of the log in a form that can leave the process: for other nodes, a shared log or an export.
//
// Applying a record is a function of its bytes and its seq alone. So the bytes contain everything that was generated or
// decided before the append: the random bits, the node, the verdict. They do not contain what applying it decides: the
// seq, the id, and whether it is a duplicate.
//
// Package sqlite stores deliveries in columns instead; its rows contain the same members.
type LogRecord struct {
	Kind   RecordKind
	Random [16]byte // see Record.Random
	Node   NodeID   // see Record.Node

	Record  *Record // for the kinds delivery and release, otherwise nil
	Payload []byte  // for all other kinds, not decoded
}

// ErrNewerRecord means that a record has a form that was introduced by a newer release.
var ErrNewerRecord = errors.New("the record was written by a newer release")

// errRecordForm means that bytes are not what AppendRecord writes. It is of kind ErrDamaged.
var errRecordForm = fmt.Errorf("%w: malformed record", ErrDamaged)

// The binary form of a record:
//
//	1 byte    version of the form
//	1 byte    kind
//	16 bytes  random bits
//	varint    node
//	…         the payload, which ends where the checksum begins
//	4 bytes   CRC-32C of all bytes before it, little-endian
//
// The payload of a delivery or release contains the members in the order of recordCoder.record, without names. A number
// is 8 bytes, little-endian. A count or length is a varint in its shortest form. A text or blob follows its length.
//
// A change of this form needs a new version, and every version that was ever released stays readable: golden files in
// testdata hold them.
const (
	recordForm   = 1
	recordHeader = 2 + 16 // version, kind and random bits
	recordSum    = 4      // the checksum
)

// castagnoli is the polynomial of CRC-32C, which common processors compute in hardware.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// DeliveryRecord returns r as a record of the log. The result refers to r.
func DeliveryRecord(r *Record) LogRecord {
	kind := RecordDelivery
	if r.ReleaseOf != 0 {
		kind = RecordRelease
	}
	return LogRecord{Kind: kind, Random: r.Random, Node: r.Node, Record: r}
}

// holdsDelivery reports whether records of kind k have a Record.
func (k RecordKind) holdsDelivery() bool { return k == RecordDelivery || k == RecordRelease }

// AppendRecord appends the binary form of a record to b. It keeps the precision that a log keeps: milliseconds for
// times, microseconds for Took. Of the events in a batch it keeps only the ids.
func AppendRecord(b []byte, l *LogRecord) []byte {
	start := len(b)
	b = append(b, recordForm, byte(l.Kind))
	b = append(b, l.Random[:]...)
	b = binary.AppendUvarint(b, uint64(l.Node))
	if l.Kind.holdsDelivery() && l.Record != nil {
		c := recordCoder{b: b}
		c.record(l.Kind, l.Record)
		b = c.b
	} else {
		b = append(b, l.Payload...)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// ParseRecord parses what AppendRecord wrote. The error is of kind ErrDamaged if b is malformed, and ErrNewerRecord if
// its version is not known. The result does not refer to b.
//
// b may come from another machine, so a length or count is compared with the rest of b before memory is allocated for
// it: each header takes at least two bytes, each event one.
func ParseRecord(b []byte) (LogRecord, error) {
	if len(b) < recordHeader+1+recordSum {
		return LogRecord{}, fmt.Errorf("%w: it is too short", errRecordForm)
	}
	inner, sum := b[:len(b)-recordSum], binary.LittleEndian.Uint32(b[len(b)-recordSum:])
	if crc32.Checksum(inner, castagnoli) != sum {
		return LogRecord{}, fmt.Errorf("%w: its checksum does not match", errRecordForm)
	}
	if inner[0] != recordForm {
		return LogRecord{}, fmt.Errorf("%w (format %d)", ErrNewerRecord, inner[0])
	}
	l := LogRecord{Kind: RecordKind(inner[1]), Random: [16]byte(inner[2:recordHeader])}
	c := recordCoder{b: inner[recordHeader:], decoding: true}
	l.Node = c.node()
	if !l.Kind.holdsDelivery() {
		if c.err == nil && len(c.b) > 0 {
			l.Payload = slices.Clone(c.b)
		}
		if c.err != nil {
			return LogRecord{}, c.err
		}
		return l, nil
	}
	r := &Record{Random: l.Random, Node: l.Node}
	c.record(l.Kind, r)
	if c.err == nil && len(c.b) > 0 {
		c.fail("there are bytes after its end")
	}
	if c.err != nil {
		return LogRecord{}, c.err
	}
	l.Record = r
	return l, nil
}

// recordCoder encodes or decodes the members of a record. Each method does both, so that one list of members, in the
// method record, defines the order for both directions and they cannot diverge. After an error, decoding goes on with
// an empty input: every further member is zero, and the first error is kept.
type recordCoder struct {
	b        []byte // encoding: what was written; decoding: what is left to read
	decoding bool
	err      error // the first error of decoding
}

// record codes the payload of a delivery or release.
func (c *recordCoder) record(kind RecordKind, r *Record) {
	if kind == RecordRelease {
		number(c, &r.ReleaseOf)
	}
	text(c, &r.Endpoint)
	c.time(&r.ReceivedAt)
	c.duration(&r.Took, time.Microsecond)
	text(c, &r.Method)
	text(c, &r.Path)
	text(c, &r.Query)
	text(c, &r.Host)
	text(c, &r.Proto)
	text(c, &r.Remote)
	text(c, &r.ContentType)
	number(c, &r.Size)
	text(c, &r.Type)
	text(c, &r.Event)
	number(c, &r.Events)
	c.time(&r.OccurredAt)
	text(c, &r.Account)
	text(c, &r.Mode)
	text(c, &r.Verdict)
	text(c, &r.Reason)
	text(c, &r.Secret)
	text(c, &r.Check.Scheme)
	text(c, &r.Check.Covers)
	c.flag(&r.Check.Dated)
	if r.Check.Dated {
		c.duration(&r.Check.Skew, time.Millisecond)
	}
	c.rest(r)
	c.headers(&r.Headers)
	c.blob(&r.Body)
}

// rest codes the members that few deliveries have, except the node.
func (c *recordCoder) rest(r *Record) {
	c.batch(&r.Batch)
	c.marks(&r.Marks)
	c.blob(&r.RawHead)
	c.headers(&r.Trailers)
}

// hasRest reports whether any of the members that AppendRest writes is set.
func (r *Record) hasRest() bool {
	return r.Node != 0 || r.Marks != 0 || len(r.Batch) > 0 || len(r.RawHead) > 0 || len(r.Trailers) > 0
}

// AppendRest appends the members that few deliveries have to b: the node, the marks, the ids of a batch, the raw head
// and the trailers. It appends nothing if none of them is set. Package sqlite stores the result in one column.
func AppendRest(b []byte, r *Record) []byte {
	if !r.hasRest() {
		return b
	}
	c := recordCoder{b: b}
	c.count(uint64(r.Node))
	c.rest(r)
	return c.b
}

// ParseRest parses what AppendRest wrote into r. Errors are of kind ErrDamaged.
func ParseRest(b []byte, r *Record) error {
	if len(b) == 0 {
		return nil
	}
	c := recordCoder{b: b, decoding: true}
	r.Node = c.node()
	c.rest(r)
	if c.err == nil && len(c.b) > 0 {
		c.fail("there are bytes after its end")
	}
	return c.err
}

// fail records the first error and discards the rest of the input.
func (c *recordCoder) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", errRecordForm, what)
	}
	c.b = nil
}

// take returns the next n bytes, or nil if fewer are left.
func (c *recordCoder) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail("a length goes past its end")
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

// count encodes n, or decodes a count and returns it.
func (c *recordCoder) count(n uint64) uint64 {
	if !c.decoding {
		c.b = binary.AppendUvarint(c.b, n)
		return n
	}
	n, length := binary.Uvarint(c.b)
	if length <= 0 || length > 1 && c.b[length-1] == 0 { // a last byte of 0 means that a shorter form exists
		c.fail("a count is malformed")
		return 0
	}
	c.b = c.b[length:]
	return n
}

// items is count for a list of n items. least is the number of bytes that each item takes at least.
func (c *recordCoder) items(n int, least int) int {
	counted := c.count(uint64(n))
	if c.decoding && counted > uint64(len(c.b)/least) {
		c.fail("a count goes past its end")
		return 0
	}
	return int(counted)
}

// text codes a text: its length and its bytes.
func text[T ~string](c *recordCoder, s *T) {
	n := c.count(uint64(len(*s)))
	if c.decoding {
		*s = T(c.take(n))
		return
	}
	c.b = append(c.b, *s...)
}

// blob codes bytes like a text. It decodes to nil if there are none.
func (c *recordCoder) blob(s *[]byte) {
	n := c.count(uint64(len(*s)))
	if !c.decoding {
		c.b = append(c.b, *s...)
	} else if taken := c.take(n); len(taken) > 0 {
		*s = slices.Clone(taken)
	}
}

// number codes an integer in 8 bytes.
func number[T ~int | ~int64](c *recordCoder, n *T) {
	if !c.decoding {
		c.b = binary.LittleEndian.AppendUint64(c.b, uint64(*n))
	} else if taken := c.take(8); taken != nil {
		*n = T(binary.LittleEndian.Uint64(taken))
	}
}

// time codes a time in milliseconds since 1970; 0 means that it is not set.
func (c *recordCoder) time(t *Time) {
	var ms int64
	if !t.IsZero() {
		ms = t.UnixMilli()
	}
	if number(c, &ms); !c.decoding || ms == 0 {
		return
	}
	if *t = Millis(ms); t.IsZero() || t.UnixMilli() != ms {
		c.fail("a time is out of range")
	}
}

// duration codes a duration as a number of units.
func (c *recordCoder) duration(d *time.Duration, unit time.Duration) {
	n := int64(*d / unit)
	number(c, &n)
	if !c.decoding {
		return
	}
	if *d = time.Duration(n) * unit; int64(*d/unit) != n {
		c.fail("a duration is too long")
	}
}

// node decodes a node's number. AppendRecord and AppendRest encode it themselves, as a count.
func (c *recordCoder) node() NodeID {
	n := c.count(0)
	if n > uint64(^NodeID(0)) {
		c.fail("a node's number is too large")
	}
	return NodeID(n)
}

// flag codes a bool as a count of 0 or 1.
func (c *recordCoder) flag(f *bool) {
	n := uint64(0)
	if *f {
		n = 1
	}
	if n = c.count(n); n > 1 {
		c.fail("a flag is neither 0 nor 1")
	}
	*f = n == 1
}

// marks codes a set of marks as a count.
func (c *recordCoder) marks(m *Marks) {
	n := c.count(uint64(*m))
	if *m = Marks(n); uint64(*m) != n {
		c.fail("the marks are out of range")
	}
}

// headers codes a list of headers. It decodes to nil if there are none.
func (c *recordCoder) headers(all *[]Header) {
	n := c.items(len(*all), 2)
	if c.decoding && n > 0 {
		*all = make([]Header, n)
	}
	for i := range *all {
		text(c, &(*all)[i].Name)
		text(c, &(*all)[i].Value)
	}
}

// batch codes the ids of a batch's events.
func (c *recordCoder) batch(all *[]Event) {
	n := c.items(len(*all), 1)
	if c.decoding && n > 0 {
		*all = make([]Event, n)
	}
	for i := range *all {
		text(c, &(*all)[i].ID)
	}
}
