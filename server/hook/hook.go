// Package hook declares the types that all packages of Hookbeam share: deliveries, endpoints, verdicts, statuses,
// cursors and kinds of error.
//
// It promises to import only the standard library and to do no I/O, so every other package may import it. Types that
// are stored as JSON have json tags; a stored field is never renamed. What clients of the API get is in package wire.
//
// Start reading with Record (one received request), Endpoint (the URL that received it), Statement (what the request
// says about a payment or another subject) and Status (what all statements about one subject add up to).
package hook

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"
)

// Seq is the position of a delivery in the log, counted from 1. 0 is the position before the first delivery.
type Seq int64

// EndpointID identifies an endpoint: "ep_" and 26 random characters.
type EndpointID string

// DeliveryID identifies a delivery: "dlv_", its seq, and 26 random characters. See NewDeliveryID, and
// NewSpooledDeliveryID for the second form.
type DeliveryID string

// alphabet is lower-case base32 (RFC 4648 §6), safe in URLs and as a NATS subject.
var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// tailLen is the length of 128 random bits in base32.
const tailLen = 26

// RandomTail returns 128 bits from random as 26 lower-case letters and digits. Ids that nobody may guess end with it.
func RandomTail(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return alphabet.EncodeToString(b[:]), nil
}

// NewEndpointID returns a new random id.
func NewEndpointID(random io.Reader) (EndpointID, error) {
	tail, err := RandomTail(random)
	return EndpointID("ep_" + tail), err
}

// NewDeliveryID returns the id of the delivery at a position in the log. The id contains the position, so that finding
// a delivery by its id needs no index, which every append would have to update. It also contains the random bits that
// are stored with the record, so that ids cannot be enumerated. It is a pure function of its arguments: every node and
// every rebuild computes the same id.
func NewDeliveryID(seq Seq, random [16]byte) DeliveryID {
	b := make([]byte, 0, 48)
	b = append(b, "dlv_"...)
	b = appendSeq(b, seq)
	return DeliveryID(alphabet.AppendEncode(b, random[:]))
}

// Parse returns what NewDeliveryID was called with. ok is false for any other text, also for an id of the second form.
func (id DeliveryID) Parse() (seq Seq, random [16]byte, ok bool) {
	rest, found := strings.CutPrefix(string(id), "dlv_")
	if !found || len(rest) <= tailLen || len(rest) > tailLen+13 {
		return 0, random, false
	}
	digits, tail := rest[:len(rest)-tailLen], rest[len(rest)-tailLen:]
	if n, err := alphabet.Decode(random[:], []byte(tail)); err != nil || n != len(random) {
		return 0, random, false
	}
	seq, ok = parseSeq(digits)
	return seq, random, ok
}

// seqDigits are the digits of base 32 in ascending order. Ids use it for numbers, and alphabet for random bits.
const seqDigits = "0123456789abcdefghijklmnopqrstuv"

// appendSeq appends seq in base 32, without leading zeros.
func appendSeq(b []byte, seq Seq) []byte {
	if seq >= 32 {
		b = appendSeq(b, seq/32)
	}
	return append(b, seqDigits[seq%32])
}

// parseSeq parses what appendSeq wrote. It rejects 0 and leading zeros: those begin an id of the second form.
func parseSeq(s string) (Seq, bool) {
	if len(s) == 0 || len(s) > 12 || s[0] == '0' {
		return 0, false
	}
	var seq Seq
	for _, c := range []byte(s) {
		d := strings.IndexByte(seqDigits, c)
		if d < 0 {
			return 0, false
		}
		seq = seq*32 + Seq(d)
	}
	return seq, true
}

// Time is a point in time as the API and stored JSON write it: RFC 3339 in UTC with exactly three decimals of a second.
type Time struct{ time.Time }

const timeForm = "2006-01-02T15:04:05.000Z"

// Append appends the text form to b. Package time is several times as fast for time.RFC3339 as for timeForm.
func (t Time) Append(b []byte) []byte {
	b = t.UTC().AppendFormat(b, time.RFC3339)
	ms := byte(t.Nanosecond() / 1e6 % 10)
	hundreds, tens := byte(t.Nanosecond()/1e8), byte(t.Nanosecond()/1e7%10)
	return append(b[:len(b)-len("Z")], '.', '0'+hundreds, '0'+tens, '0'+ms, 'Z')
}

// MarshalText returns the text form.
func (t Time) MarshalText() ([]byte, error) { return t.Append(nil), nil }

// UnmarshalText parses any RFC 3339 time. An error says what a valid time looks like, since clients get its text.
func (t *Time) UnmarshalText(b []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return fmt.Errorf("a time must be in RFC 3339 format, such as 2026-01-31T14:41:10.386Z: %w", err)
	}
	t.Time = parsed.UTC()
	return nil
}

// MarshalJSON returns the text form in quotes. Without this method, that of the embedded time.Time would be used, which
// drops trailing zeros.
func (t Time) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(timeForm)+2)
	return append(t.Append(append(b, '"')), '"'), nil
}

// UnmarshalJSON parses any RFC 3339 time in quotes.
func (t *Time) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fmt.Errorf("a time must be a string such as \"2026-01-31T14:41:10.386Z\"")
	}
	return t.UnmarshalText(b[1 : len(b)-1])
}

// Millis returns the time ms milliseconds after the start of 1970.
func Millis(ms int64) Time { return Time{time.UnixMilli(ms).UTC()} }
