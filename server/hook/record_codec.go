package hook

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
)

// RecordKind says what a record of the log is.
type RecordKind byte

// The kinds of record. A log may hold others, which a later release wrote: they are kept, and skipped by followers.
const (
	RecordDelivery  RecordKind = 1 // a request as received
	RecordRelease   RecordKind = 2 // a rejected delivery that verified later
	RecordAnswer    RecordKind = 3 // what a sender was answered
	RecordShown     RecordKind = 4 // a state that a page showed first
	RecordRetention RecordKind = 5 // deliveries that are removed
	RecordRedaction RecordKind = 6 // parts of a delivery that are removed
)

// LogRecord is one record of the log as it crosses the border of a process: between nodes, into a shared log, into an
// export. What it means is a function of its bytes and of its seq alone, so the bytes hold everything that was drawn or
// decided before it was appended: the random bits, the node, the verdict. They hold nothing that applying it decides:
// neither seq nor id, nor of which delivery it is a duplicate.
//
// SQLite keeps deliveries in columns instead, which are its own form of the same record.
type LogRecord struct {
	Kind   RecordKind
	Random [16]byte
	Node   NodeID

	Record  *Record // of kinds delivery and release; nil: of another kind
	Payload []byte  // of other kinds, as it is
}

// ErrNewerRecord says that a record has a form that a later release brought.
var ErrNewerRecord = errors.New("the record was written by a newer release")

// errRecordForm says that a record is not what AppendRecord writes. It is of kind ErrDamaged.
var errRecordForm = fmt.Errorf("%w: malformed record", ErrDamaged)

// The form of a record:
//
//	1 byte    version of the form
//	1 byte    kind
//	16 bytes  random bits
//	varint    node
//	…         the payload, which ends where the checksum begins
//	4 bytes   CRC-32C of all before it, the least significant byte first
//
// In the payload of a delivery or release, the members stand in the order of recordCoder.record, without names. A
// number
// is 8 bytes, the least significant first; a count or length is a varint, as short as it can be; a text or blob stands
// behind its length. Changing any of it takes a new version, and all versions that were ever released stay readable.
const (
	recordForm  = 1
	recordFront = 2 + 16
	recordSum   = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// DeliveryRecord returns r as a record of the log. Both share their texts.
func DeliveryRecord(r *Record) LogRecord {
	kind := RecordDelivery
	if r.ReleaseOf != 0 {
		kind = RecordRelease
	}
	return LogRecord{Kind: kind, Random: r.Random, Node: r.Node, Record: r}
}

// holdsDelivery reports whether records of a kind have a Record.
func (k RecordKind) holdsDelivery() bool { return k == RecordDelivery || k == RecordRelease }

// AppendRecord appends the bytes of a record to b. Of times, it keeps what a log keeps: milliseconds, and microseconds
// of how long the request took. Of the events in a batch it keeps the ids.
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

// ParseRecord reads what AppendRecord wrote. An error is of kind ErrDamaged where b is not what was written, and
// ErrNewerRecord where a later release wrote it in another form. The result shares nothing with b. Lengths and counts
// are
// compared with what is left of b before anything is allocated: a header takes two bytes of b at least, an event one.
func ParseRecord(b []byte) (LogRecord, error) {
	if len(b) < recordFront+1+recordSum {
		return LogRecord{}, fmt.Errorf("%w: it is too short", errRecordForm)
	}
	inner, sum := b[:len(b)-recordSum], binary.LittleEndian.Uint32(b[len(b)-recordSum:])
	if crc32.Checksum(inner, castagnoli) != sum {
		return LogRecord{}, fmt.Errorf("%w: its checksum does not match", errRecordForm)
	}
	if inner[0] != recordForm {
		return LogRecord{}, fmt.Errorf("%w (form %d)", ErrNewerRecord, inner[0])
	}
	l := LogRecord{Kind: RecordKind(inner[1]), Random: [16]byte(inner[2:recordFront])}
	c := recordCoder{b: inner[recordFront:], decoding: true}
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
		c.fail("bytes behind its end")
	}
	if c.err != nil {
		return LogRecord{}, c.err
	}
	l.Record = r
	return l, nil
}

// recordCoder writes the members of a record, or reads them: the same list of members serves both ways.
type recordCoder struct {
	b        []byte // what was written, or what is left to read
	decoding bool
	err      error // of decoding; the first one
}

// record codes all members but those in front of the payload.
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

// rest codes what few deliveries have.
func (c *recordCoder) rest(r *Record) {
	c.batch(&r.Batch)
	c.marks(&r.Marks)
	c.blob(&r.RawHead)
	c.headers(&r.Trailers)
}

// hasRest reports whether r has something that few deliveries have.
func (r *Record) hasRest() bool {
	return r.Node != 0 || r.Marks != 0 || len(r.Batch) > 0 || len(r.RawHead) > 0 || len(r.Trailers) > 0
}

// AppendRest appends what few deliveries have to b, nothing where r has none of it: the node, the marks, the ids of a
// batch, the raw head and the trailers. An engine that keeps records in columns keeps it as one of them.
func AppendRest(b []byte, r *Record) []byte {
	if !r.hasRest() {
		return b
	}
	c := recordCoder{b: b}
	c.count(uint64(r.Node))
	c.rest(r)
	return c.b
}

// ParseRest reads what AppendRest wrote into r. Errors are of kind ErrDamaged.
func ParseRest(b []byte, r *Record) error {
	if len(b) == 0 {
		return nil
	}
	c := recordCoder{b: b, decoding: true}
	r.Node = c.node()
	c.rest(r)
	if c.err == nil && len(c.b) > 0 {
		c.fail("bytes behind its end")
	}
	return c.err
}

func (c *recordCoder) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", errRecordForm, what)
	}
	c.b = nil
}

// take returns the next n bytes, or nil where there are not as many.
func (c *recordCoder) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail("a length is beyond its end")
		return nil
	}
	taken := c.b[:n]
	c.b = c.b[n:]
	return taken
}

// count writes n, or reads a count that it returns.
func (c *recordCoder) count(n uint64) uint64 {
	if !c.decoding {
		c.b = binary.AppendUvarint(c.b, n)
		return n
	}
	n, length := binary.Uvarint(c.b)
	if length <= 0 || length > 1 && c.b[length-1] == 0 { // only its shortest form is one
		c.fail("a count is malformed")
		return 0
	}
	c.b = c.b[length:]
	return n
}

// items is count for things of which each takes at least so many bytes.
func (c *recordCoder) items(n int, least int) int {
	counted := c.count(uint64(n))
	if c.decoding && counted > uint64(len(c.b)/least) {
		c.fail("a count is beyond its end")
		return 0
	}
	return int(counted)
}

func text[T ~string](c *recordCoder, s *T) {
	n := c.count(uint64(len(*s)))
	if c.decoding {
		*s = T(c.take(n))
		return
	}
	c.b = append(c.b, *s...)
}

func (c *recordCoder) blob(s *[]byte) {
	n := c.count(uint64(len(*s)))
	if !c.decoding {
		c.b = append(c.b, *s...)
	} else if taken := c.take(n); len(taken) > 0 {
		*s = slices.Clone(taken)
	}
}

func number[T ~int | ~int64](c *recordCoder, n *T) {
	if !c.decoding {
		c.b = binary.LittleEndian.AppendUint64(c.b, uint64(*n))
	} else if taken := c.take(8); taken != nil {
		*n = T(binary.LittleEndian.Uint64(taken))
	}
}

// time codes a moment in milliseconds since 1970; 0 stands for none.
func (c *recordCoder) time(t *Time) {
	var ms int64
	if !t.IsZero() {
		ms = t.UnixMilli()
	}
	if number(c, &ms); !c.decoding || ms == 0 {
		return
	}
	if *t = Millis(ms); t.IsZero() || t.UnixMilli() != ms {
		c.fail("a moment is out of range")
	}
}

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

// node reads the number of a node.
func (c *recordCoder) node() NodeID {
	n := c.count(0)
	if n > uint64(^NodeID(0)) {
		c.fail("a node's number is too large")
	}
	return NodeID(n)
}

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

func (c *recordCoder) marks(m *Marks) {
	n := c.count(uint64(*m))
	if *m = Marks(n); uint64(*m) != n {
		c.fail("marks are too many")
	}
}

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

func (c *recordCoder) batch(all *[]Event) {
	n := c.items(len(*all), 1)
	if c.decoding && n > 0 {
		*all = make([]Event, n)
	}
	for i := range *all {
		text(c, &(*all)[i].ID)
	}
}
