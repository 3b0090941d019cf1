package hook

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAStatusIsWrittenAsEncodingJSONWould: a new member that is not written shows here, for all of them are drawn.
func TestAStatusIsWrittenAsEncodingJSONWould(t *testing.T) {
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`[a-z_]{1,12}`), rapid.Just("\xff\x00\"\\</>&\u2028"))
	moment := rapid.Custom(func(t *rapid.T) Time {
		return Time{time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).UTC()}
	})
	some := rapid.MakeCustom[Status](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[Time](): moment.AsAny(), reflect.TypeFor[string](): text.AsAny(),
	}})
	rapid.Check(t, func(t *rapid.T) {
		s := some.Draw(t, "status")
		want, err := json.Marshal(&s)
		if diff := cmp.Diff(string(want), string(s.AppendJSON(nil))); err != nil || diff != "" {
			t.Fatalf("%v: %s", err, diff)
		}
	})
}
