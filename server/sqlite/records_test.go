package sqlite

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// TestEveryMemberOfARecordComesBack has each member be what it mostly is or something else, whatever the others are:
// some are written only where they are unusual.
func TestEveryMemberOfARecordComesBack(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	rapid.Check(t, func(t *rapid.T) {
		seldom := func(what string) bool { return rapid.IntRange(0, 7).Draw(t, what) == 0 }
		text := func(mostly, unusual string) string {
			if seldom(unusual) {
				return unusual
			}
			return mostly
		}
		number := func(what string) int {
			if seldom(what) {
				return 7
			}
			return 0
		}
		r := hook.Record{
			Delivery: hook.Delivery{
				Endpoint:    "ep_a",
				Method:      text("POST", "PUT"),
				Path:        text("/", "/below"),
				Query:       text("", "a=b"),
				Type:        text("", "type"),
				Event:       "evt",
				ContentType: text("", "text/plain"),
				Size:        int64(number("size")),
				Verdict:     hook.Unsigned,
				Reason:      hook.Reason(text("", "reason")),
				Secret:      text("", "live"),
				ReleaseOf:   hook.Seq(number("release")),
				Account:     text("", "acct"),
				Mode:        text("", "test"),
				Events:      number("events"),
				ReceivedAt:  hook.Time{Time: noon},
			},
			Request: hook.Request{
				Host:    text("", "h.example"),
				Proto:   text("HTTP/1.1", "HTTP/2.0"),
				Remote:  text("", "192.0.2.1"),
				Took:    time.Duration(number("took")) * time.Microsecond,
				Headers: []hook.Header{},
				Body:    []byte(text("", "body")),
			},
			Check: hook.Check{Scheme: text("", "token"), Covers: hook.Covers(text("", "body"))},
		}
		if rapid.Bool().Draw(t, "verified") { // from the second on, a repeat
			r.Verdict = hook.Verified
		}
		if seldom("occurred") {
			r.OccurredAt = hook.Time{Time: noon.Add(-time.Second)}
		}
		if r.Check.Dated = seldom("dated"); r.Check.Dated {
			r.Check.Skew = time.Second
		}
		if seldom("rest") {
			r.Node, r.Marks = hook.NodeID(number("node")), hook.Marks(number("marks"))
			r.RawHead = []byte(text("", "head"))
			if seldom("trailers") {
				r.Trailers = []hook.Header{{Name: "T", Value: "1"}}
			}
			if seldom("batch") {
				r.Batch = []hook.Event{{ID: "evt_b"}, {}}
			}
		}
		if err := s.Append(&r); err != nil {
			t.Fatal(err)
		}
		got, err := s.Delivery(t.Context(), r.ID)
		if diff := cmp.Diff(r, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
		checkCodec(t, &r, &got)
	})
}

// checkCodec demands that the codec of records agrees with the columns: both keep the same of a record.
func checkCodec(t *rapid.T, appended, stored *hook.Record) {
	one, other := hook.DeliveryRecord(appended), hook.DeliveryRecord(stored)
	encoded := hook.AppendRecord(nil, &one)
	if again := hook.AppendRecord(nil, &other); !bytes.Equal(encoded, again) {
		t.Fatalf("appended %x, stored %x", encoded, again)
	}
	back, err := hook.ParseRecord(encoded)
	if err != nil {
		t.Fatal(err)
	}
	r := *back.Record
	// What the log has decided is not in the record, but it follows from it.
	r.Seq, r.ID = stored.Seq, hook.NewDeliveryID(stored.Seq, back.Random)
	r.DuplicateOf, r.Occurrence, r.Integrity = stored.DuplicateOf, stored.Occurrence, stored.Integrity
	if diff := cmp.Diff(*stored, r, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
}
