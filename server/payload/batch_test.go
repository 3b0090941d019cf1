package payload

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEveryKindOfBatchIsSplit(t *testing.T) {
	for name, one := range map[string]struct {
		batch Batch
		body  string
		want  []string // item:id, or outer:id and item:id
	}{
		"a list":         {Batch{}, `[{"id":1},{"id":2}]`, []string{"/1", "/2"}},
		"behind a mark":  {Batch{}, byteOrderMark + ` [{"id":1}]`, []string{"/1"}},
		"no list":        {Batch{}, `{"id":1}`, nil},
		"a list inside":  {Batch{List: "a.b"}, `{"a":{"b":[{"id":1}]}}`, []string{"/1"}},
		"no list inside": {Batch{List: "a.b"}, `{"a":{"b":{"id":1}}}`, nil},
		"an inner object": {Batch{List: "a", Inner: "x"}, `{"a":[{"x":{"id":1}},{"x":{"id":2}}]}`,
			[]string{"/1", "/2"}},
		"lists in a list": {Batch{List: "entry.*.changes|entry.*.messaging"},
			`{"entry":[{"id":"a","changes":[{"id":1},{"id":2}]},{"id":"b","messaging":[{"id":3}]},` +
				`{"id":"c","changes":[{"id":4}]}]}`, []string{"a/1", "a/2", "c/4", "b/3"}},
		"a list in a text": {Batch{List: "text.@json"}, `{"text":"[{\"id\":1},{\"id\":2}]"}`,
			[]string{"/1", "/2"}},
		"a list in an object in text": {Batch{List: "m.@json.all"}, `{"m":"{\"all\":[{\"id\":1}]}"}`, []string{"/1"}},
		"lines": {Batch{Lines: true}, "{\"id\":1}\n{\"id\":2}\r\n{\"id\":3}\n",
			[]string{"/1", "/2", "/3"}},
		"one line":                 {Batch{Lines: true}, `{"id":1}`, []string{"/1"}},
		"one object on many lines": {Batch{Lines: true}, "{\n\"id\":\n1}\n", []string{"/1"}},
		"lines that are a list":    {Batch{Lines: true}, `[{"id":1},{"id":2}]`, []string{"/1", "/2"}},
		"lines behind a mark": {Batch{Lines: true}, byteOrderMark + "{\"id\":1}\n{\"id\":2}",
			[]string{"/1", "/2"}},
		"lines and more":        {Batch{Lines: true}, "{\"id\":1}\n{\"id\":2}\nmore", nil},
		"lines of other values": {Batch{Lines: true}, "{\"id\":1}\n2\n", nil},
		"lines where none are":  {Batch{}, "{\"id\":1}\n{\"id\":2}", nil},
	} {
		q := requestOf(one.body)
		var got []string
		for i := range q.Items(&one.batch) {
			q.Look(i)
			got = append(got, q.Text(Select("outer:id"))+"/"+q.Text(Select("item:id")))
		}
		if !slices.Equal(got, one.want) {
			t.Errorf("%s: %v, want %v", name, got, one.want)
		}
	}
}

func TestAnItemHasAHash(t *testing.T) {
	q := requestOf(`[{"id":1},{"id":2},{"id":1}]`)
	var sums []string
	for i := range q.Items(&Batch{}) {
		q.Look(i)
		sums = append(sums, q.Text(Select("item-sha256")))
	}
	if len(sums) != 3 || sums[0] == sums[1] || sums[0] != sums[2] || !strings.HasPrefix(sums[0], "sha256:") {
		t.Errorf("%v", sums)
	}
	if got := requestOf(`{}`).Text(Select("item-sha256")); got != "" {
		t.Errorf("without an item: %q", got)
	}
}

func TestABatchIsBounded(t *testing.T) {
	many := strings.Repeat(`{"id":1}`+"\n", 3*MaxItems)
	lists := `{"e":[` + strings.Repeat(`{"c":[{"id":1},{"id":2}]},`, 2*MaxItems) + `{}]}`
	for name, one := range map[string]struct {
		batch Batch
		body  string
	}{
		"lines":           {Batch{Lines: true}, many},
		"lists in a list": {Batch{List: "e.*.c"}, lists},
	} {
		q := requestOf(one.body)
		if n := len(q.Items(&one.batch)); n != MaxItems+1 {
			t.Errorf("%s: %d events", name, n)
		}
		if q.Steps > 8*len(one.body) {
			t.Errorf("%s: %d steps for %d bytes", name, q.Steps, len(one.body))
		}
		q = requestOf(one.body)
		q.Steps = MaxSteps - len(one.body) - 100
		if items := q.Items(&one.batch); name != "lines" && (len(items) > 0 || !q.Cut) {
			t.Errorf("%s: %d events of what is too much", name, len(items))
		}
	}
}

func TestJSONInATextIsRead(t *testing.T) {
	inner := `{"detail":{"id":"d1"},"text":"{\"id\":\"d2\"}"}`
	q := requestOf(fmt.Sprintf(`{"Message":%q,"object":%s,"plain":"x","no":"","mark":%q,"list":"[{\"id\":3}]"}`,
		inner, inner, byteOrderMark+" "+inner))
	for at, want := range map[string]string{
		"body:Message.@json.detail.id": "d1", "body:Message.@json.text.@json.id": "d2",
		"body:mark.@json.detail.id":   "d1",
		"body:object.@json.detail.id": "d1", "body:plain.@json.id": "", "body:no.@json.id": "",
		"body:none.@json.id":   "",
		"body:list.@json.0.id": "3", "?body:Message.@json": "yes", "?body:plain.@json": "", "body:Message.@json": "",
		"body:Message.@json.none": "",
	} {
		if got := q.Text(Select(at)); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got := q.TextOrID(Select("body:list.@json.0")); got != "3" {
		t.Errorf("an object in a text stands for %q", got)
	}
	for _, bad := range []string{"body:@json.id", "body:@json", "body:a.@jso.b", "body:a.b@json"} {
		if _, err := ParseSelector(bad); err == nil {
			t.Errorf("%s is taken for a selector", bad)
		}
	}
	if IsReferencePath("a.@json.b") {
		t.Error("people could write it as well")
	}
}

// TestTextsInTextsCostTheirLength has JSON in a text in a text and so on, and a text of nothing but spaces.
func TestTextsInTextsCostTheirLength(t *testing.T) {
	deep := `{"a":"` + strings.Repeat("x", 1000) + `"}`
	for range 5 {
		deep = fmt.Sprintf(`{"a":%q}`, deep)
	}
	spaces := `{"a":"` + strings.Repeat(" ", 100_000) + `{}"}`
	for name, body := range map[string]string{"deep": deep, "spaces": spaces} {
		q := requestOf(body)
		for i := 1; i < 7; i++ {
			q.Text(Select("body:" + strings.Repeat("a.@json.", i) + "a"))
			q.Text(Select("?body:a.@json"))
		}
		if q.Steps > 16*len(body) {
			t.Errorf("%s: %d steps for %d bytes", name, q.Steps, len(body))
		}
	}
}

func TestATypeIsMadeOfSeveralFields(t *testing.T) {
	q := requestOf(`{"resource_type":"payments","action":"confirmed"}`)
	if got, whole := q.Dotted(SelectJoin("body:resource_type+body:action")); got != "payments.confirmed" || !whole {
		t.Errorf("%q %v", got, whole)
	}
	if _, whole := q.Dotted(SelectJoin("body:resource_type+body:none")); whole {
		t.Error("a part of a type is a type")
	}
}
