package payload

import (
	"strings"
	"testing"
)

func TestACompositeIDIsUnambiguous(t *testing.T) {
	ids := map[string][2]string{}
	parts := []string{"a", "b", "a/b", "/a", "b/", "/", "a%2Fb", "a%252Fb", "%", "%2", "%25", "%2/F", "a%b", "c~1"}
	for _, first := range parts {
		for _, second := range parts {
			q := requestOf("{}")
			q.Record.Query = "a=" + strings.ReplaceAll(
				first,
				"%",
				"%25",
			) + "&b=" + strings.ReplaceAll(
				second,
				"%",
				"%25",
			)
			id, whole := q.Joined(SelectJoin("query:a+query:b"))
			if other, taken := ids[id]; !whole || taken {
				t.Errorf("%q and %q: %q is the id of %q", first, second, id, other)
			}
			ids[id] = [2]string{first, second}
		}
	}
	for id, want := range map[string][2]string{"/a/b%2Fc": {"/a", "b/c"}, "/a/b/c": {"/a/b", "c"},
		"urn:x/7": {"urn:x", "7"}, "a/50%": {"a", "50%"}} { // the last three are as they always were
		if escaped := want[0] + "/" + escapePart(want[1]); escaped != id {
			t.Errorf("%q, want %q", escaped, id)
		}
	}
	if long := strings.Repeat("/", 1<<20); escapePart(long) != long {
		t.Error("a text that is no id is escaped")
	}
}

func TestHalvesOfSurrogatePairsDiffer(t *testing.T) {
	texts := map[string]bool{}
	for _, written := range []string{`\ud83d`, `\ud83e`, `\ude00`, `\ud83d\ude00`, `\ude00\ud83d`,
		`\ud83dA`, `\ud83d\u0041\n`,
		`\ufffd`, "\ufffd!", `\\ud83d`, `\"\ud83d\"`, `\ud83dx`, `\ud83d\ud83e`, "\xff"} {
		q := requestOf(`{"id":"` + written + `","o":{"id":"` + written + `"}}`)
		text := q.Text(Select("body:id"))
		if texts[text] || text == "" {
			t.Errorf("%s reads as %q, like another", written, text)
		}
		texts[text] = true
		if other := q.TextOrID(Select("body:o")); other != text {
			t.Errorf("%s reads as %q and %q", written, text, other)
		}
	}
	for written, want := range map[string]string{`\ufffd`: "\ufffd", `\u00e9\t\/\b\ufffd`: "é\t/\b\ufffd",
		`\ud83d\ude00\ufffd`: "😀\ufffd", `\ud83d`: "\xed\xa0\xbd", `\ud83d\ude`: "\xed\xa0\xbdude"} {
		if got := requestOf(`{"id":"` + written + `"}`).Text(Select("body:id")); got != want {
			t.Errorf("%s: %q, want %q", written, got, want)
		}
	}
}
