package sqlite

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// TestEvidenceIsWrittenAsItIsRead holds the writer against encoding/json, which reads it; a new member that is not
// written shows here, because rapid generates all of them.
func TestEvidenceIsWrittenAsItIsRead(t *testing.T) {
	text := rapid.OneOf(
		rapid.Just(""),
		rapid.String(),
		rapid.StringMatching(`[a-z_]{1,12}`),
		rapid.Just("\xff\x00\"\\</>&\u2028"),
	)
	moment := rapid.Custom(func(t *rapid.T) hook.Time {
		return hook.Time{Time: time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).UTC()}
	})
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.MakeCustom[hook.Evidence](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
			reflect.TypeFor[hook.Time](): moment.AsAny(), reflect.TypeFor[string](): text.AsAny(),
		}}).Draw(t, "evidence")
		plain, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		want, err := readEvidence(append(plain, '\n'))
		if err != nil {
			t.Fatal(err)
		}
		got, err := readEvidence(append(appendEvidence(nil, &e), '\n'))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v: %s", err, diff)
		}
	})
}
