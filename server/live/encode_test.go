package live

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// TestAnUpdateIsWhatEncodingJSONWouldWrite: whatever strangers put into a delivery.
func TestAnUpdateIsWhatEncodingJSONWouldWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, name)) }
		d := hook.Delivery{
			ID: "dlv_1abc", Seq: hook.Seq(rapid.Int64Min(0).Draw(t, "seq")), Endpoint: "ep_a", Method: text("method"), Path: text("path"),
			Query: text("query"), Type: rapid.String().Draw(t, "type"), Event: text("event"), ContentType: text("content type"),
			Size: rapid.Int64().Draw(t, "size"), Verdict: hook.Rejected, Reason: hook.Reason(text("reason")), Secret: text("secret"),
			Try: rapid.Int().Draw(t, "try"), ReleaseOf: hook.Seq(rapid.Int64Min(0).Draw(t, "release")), Account: text("account"),
			OccurredAt: hook.Time{Time: time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "occurred"))},
			Mode:       text("mode"), Events: rapid.Int().Draw(t, "events"),
			DuplicateOf: hook.Seq(rapid.Int64Min(0).Draw(t, "duplicate")), ReceivedAt: hook.Time{Time: time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at"))},
		}
		want, err := json.Marshal(map[string]any{"kind": "delivery", "seq": d.Seq, "delivery": d})
		if err != nil {
			t.Fatal(err)
		}
		if got := appendUpdate(nil, &d); !sameJSON(t, got, want) {
			t.Fatalf("%s\n%s", got, want)
		}
	})
}

func sameJSON(t *rapid.T, a, b []byte) bool {
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%v in %s", err, a)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(x)
	same, _ := json.Marshal(y)
	return string(again) == string(same)
}
