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

// TestLinksAreWrittenAsTheyAreRead compares the writer with encoding/json, which reads it. A new member that is not
// written shows here, because rapid generates all of them.
func TestLinksAreWrittenAsTheyAreRead(t *testing.T) {
	moment := rapid.Custom(func(t *rapid.T) hook.Time {
		return hook.Time{Time: time.UnixMilli(rapid.Int64Range(1, 4e12).Draw(t, "ms")).UTC()}
	})
	links := rapid.MakeCustom[hook.Links](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[hook.Time](): moment.AsAny(),
		reflect.TypeFor[string]():    rapid.StringMatching(`[a-z"<é]{0,9}`).AsAny(),
	}})
	rapid.Check(t, func(t *rapid.T) {
		l := links.Draw(t, "links")
		l.Level = hook.LevelOrder
		plain, err := json.Marshal(&l)
		if err != nil {
			t.Fatal(err)
		}
		var want, got hook.Links
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		text, err := appendLinks(nil, &l)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: %s", text, diff)
		}
	})
}
