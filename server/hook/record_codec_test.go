package hook

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var updateRecords = flag.Bool("update-records", false, "write the golden records of a new form")

// goldenRecords are records of each sort. What a release has written must be read by all later ones.
func goldenRecords() map[string]LogRecord {
	random := [16]byte(bytes.Repeat([]byte{0xab}, 16))
	delivery := &Record{
		Delivery: Delivery{
			Endpoint:    "ep_a",
			Method:      "PUT",
			Path:        "/below",
			Query:       "q=1",
			ContentType: "text/plain",
			Size:        5,
			Type:        "charge.paid",
			Event:       "evt_1",
			Verdict:     Verified,
			Reason:      ReasonBodyDiffers,
			Secret:      "live",
			OccurredAt:  Millis(1_700_000_000_123),
			Account:     "acct_1",
			Mode:        ModeLive,
			Events:      2,
			ReceivedAt:  Millis(1_700_000_001_456),
		},
		Request: Request{Host: "h.example", Proto: "HTTP/1.1", Remote: "192.0.2.1", Took: 42 * time.Microsecond,
			Headers: []Header{{"A", "1"}, {"A", ": 2: "}, {"B", ""}}, Body: []byte("\x00\xff\r\n."),
			RawHead: []byte("PUT /below?q=1 HTTP/1.1\r\na: 1\r\n\r\n"), Trailers: []Header{{"T", "3"}}},
		Check:  Check{Scheme: "hmac-sha256", Covers: CoversBody, Dated: true, Skew: -1500 * time.Millisecond},
		Random: random, Node: 300, Marks: MarkEdited | MarkSample, Batch: []Event{{ID: "evt_1"}, {ID: ""}},
	}
	plain := &Record{Random: random, Delivery: Delivery{Endpoint: "ep_a", Verdict: Unsigned, ReceivedAt: Millis(1)}}
	release := *delivery
	release.ReleaseOf = 7
	return map[string]LogRecord{
		"delivery": DeliveryRecord(delivery), "plain": DeliveryRecord(plain), "release": DeliveryRecord(&release),
		"retention": {Kind: RecordRetention, Random: random, Payload: []byte("up to 9")},
		"unknown":   {Kind: 200, Random: random, Node: 1, Payload: []byte{0, 1, 2}},
		"nothing":   {Kind: RecordShown},
	}
}

func TestRecordsOfPastReleasesAreRead(t *testing.T) {
	for name, want := range goldenRecords() {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "records", "form1-"+name+".hex")
			encoded := AppendRecord(nil, &want)
			if *updateRecords {
				if err := os.WriteFile(file, []byte(hex.EncodeToString(encoded)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := hex.DecodeString(strings.TrimSpace(string(kept)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(encoded, golden) {
				t.Errorf("it is written as %x now, as %x before", encoded, golden)
			}
			got, err := ParseRecord(golden)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestAByteThatChangesAnywhereInARecordIsNoticed(t *testing.T) {
	l := goldenRecords()["delivery"]
	sound := AppendRecord(nil, &l)
	for i := range sound {
		damaged := bytes.Clone(sound)
		damaged[i] ^= 1 << (i % 8)
		if _, err := ParseRecord(damaged); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := ParseRecord(sound[:i]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestARecordOfAnotherFormIsNotDamaged(t *testing.T) {
	l := goldenRecords()["plain"]
	b := AppendRecord(nil, &l)
	b[0] = recordForm + 1
	if _, err := ParseRecord(summed(b[:len(b)-recordSum])); !errors.Is(err, ErrNewerRecord) ||
		errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// summed puts the right checksum behind a record.
func summed(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(bytes.Clone(b), crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// TestHostileLengthsAllocateNothing replaces each byte of a record by the beginning of a huge number.
func TestHostileLengthsAllocateNothing(t *testing.T) {
	l := goldenRecords()["delivery"]
	sound := AppendRecord(nil, &l)
	sound = sound[:len(sound)-recordSum]
	huge := binary.AppendUvarint(nil, 1<<40)
	for i := recordHeader; i < len(sound); i++ {
		hostile := summed(append(append(bytes.Clone(sound[:i]), huge...), sound[i+1:]...))
		before := testing.AllocsPerRun(1, func() {
			r, err := ParseRecord(hostile)
			if err == nil && r.Record != nil && len(r.Record.Body) > len(hostile) {
				t.Errorf("at %d: %d bytes of a body from %d", i, len(r.Record.Body), len(hostile))
			}
		})
		if before > 100 {
			t.Errorf("at %d: %v allocations", i, before)
		}
	}
}

func anyRecord(t *rapid.T) LogRecord {
	random := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
	node := NodeID(rapid.Uint16().Draw(t, "node"))
	if rapid.IntRange(0, 4).Draw(t, "other") == 0 {
		kind := RecordKind(rapid.IntRange(int(RecordAnswer), 255).Draw(t, "kind"))
		return LogRecord{
			Kind:    kind,
			Random:  random,
			Node:    node,
			Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
		}
	}
	text := func(name string) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, name)) }
	headers := func(name string) []Header {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Header {
			return Header{rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value")}
		}), 0, 4).Draw(t, name)
	}
	moment := func(name string) Time { return Millis(rapid.Int64Range(1, 1<<42).Draw(t, name)) }
	r := &Record{
		Delivery: Delivery{Endpoint: EndpointID(text("endpoint")), Method: text("method"), Path: text("path"),
			Query: text(
				"query",
			), ContentType: text("content type"), Size: rapid.Int64().Draw(t, "size"), Type: text("type"),
			Event: text(
				"event",
			), Verdict: Verdict(text("verdict")), Reason: Reason(text("reason")), Secret: text("secret"),
			OccurredAt: moment("occurred"), Account: text("account"), Mode: text("mode"),
			Events: rapid.Int().Draw(t, "events"), ReceivedAt: moment("received")},
		Request: Request{Host: text("host"), Proto: text("proto"), Remote: text("remote"),
			Took: time.Duration(rapid.Int32().Draw(t, "took")) * time.Microsecond,
			Headers: headers(
				"headers",
			), Body: []byte(text("body")), RawHead: []byte(text("head")), Trailers: headers("trailers")},
		Check:  Check{Scheme: text("scheme"), Covers: Covers(text("covers")), Dated: rapid.Bool().Draw(t, "dated")},
		Random: random, Node: node, Marks: Marks(rapid.Uint32().Draw(t, "marks")),
	}
	if r.Check.Dated {
		r.Check.Skew = time.Duration(rapid.Int32().Draw(t, "skew")) * time.Millisecond
	}
	for _, id := range rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "batch") {
		r.Batch = append(r.Batch, Event{ID: id})
	}
	if rapid.Bool().Draw(t, "release") {
		r.ReleaseOf = Seq(rapid.Int64Range(1, 1<<60).Draw(t, "release of"))
	}
	return DeliveryRecord(r)
}

func TestARecordComesBackFromItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRecord(t)
		before := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "before")
		encoded := AppendRecord(bytes.Clone(before), &want)
		if !bytes.HasPrefix(encoded, before) {
			t.Fatal("what was there before is gone")
		}
		got, err := ParseRecord(encoded[len(before):])
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

// TestWhatIsDecidedWhenARecordIsAppliedIsNotInIt: two nodes may apply it at different seqs.
func TestWhatIsDecidedWhenARecordIsAppliedIsNotInIt(t *testing.T) {
	l := goldenRecords()["delivery"]
	before := AppendRecord(nil, &l)
	l.Record.Seq, l.Record.ID, l.Record.DuplicateOf, l.Record.Occurrence = 9, "dlv_x", 3, 2
	l.Record.Integrity = IntegrityOK
	if after := AppendRecord(nil, &l); !bytes.Equal(before, after) {
		t.Error("the bytes of a record depend on what it was applied to")
	}
}

// FuzzParseRecord has whatever parses be written in the same bytes again. Most inputs get a right checksum, or nothing
// behind it would ever be reached.
func FuzzParseRecord(f *testing.F) {
	for _, l := range goldenRecords() {
		b := AppendRecord(nil, &l)
		f.Add(b[:len(b)-recordSum], true)
		f.Add(b, false)
	}
	f.Fuzz(func(t *testing.T, b []byte, sum bool) {
		if sum {
			b = summed(b)
		}
		l, err := ParseRecord(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerRecord) {
				t.Errorf("an error of no kind: %v", err)
			}
			return
		}
		if again := AppendRecord(nil, &l); !bytes.Equal(again, b) {
			t.Errorf("%x is written as %x", b, again)
		}
	})
}

func BenchmarkAppendRecord(b *testing.B) {
	l := goldenRecords()["delivery"]
	l.Record.Body = bytes.Repeat([]byte("x"), 1024)
	var encoded []byte
	b.ReportAllocs()
	for b.Loop() {
		encoded = AppendRecord(encoded[:0], &l)
	}
}

func BenchmarkParseRecord(b *testing.B) {
	l := goldenRecords()["delivery"]
	l.Record.Body = bytes.Repeat([]byte("x"), 1024)
	encoded := AppendRecord(nil, &l)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseRecord(encoded); err != nil {
			b.Fatal(err)
		}
	}
}
