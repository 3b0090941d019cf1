package expr

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// long is a body with a list of many items and a long text.
func long() *hook.Record {
	return recordOf(
		`{"s":"` + strings.Repeat(
			"a",
			200<<10,
		) + `","json":"[` + strings.Repeat(
			"[],",
			1000,
		) + `[]]","short":"aaaaaaaaaa","list":[` + strings.Repeat(
			"1,",
			100_000,
		) + `1]}`,
	)
}

func TestHostileExpressionsEndSoon(t *testing.T) {
	r := long()
	doubled := "let a0 = text; "
	for i := range 40 {
		doubled += fmt.Sprintf("let a%d = a%d + a%d; ", i+1, i, i)
	}
	for name, c := range map[string]struct{ source, want string }{
		"lists within lists": {
			"sum(map(body.list, sum(map(body.list, sum(body.list)))))",
			"takes too long",
		},
		"a filter in a filter": {"filter(body.list, any(body.list, # == 2))", "takes too long"},
		"text that doubles":    {doubled + "a40", "longer than 64 KiB"},
		"text that grows in small steps": {
			`map(body.list, map(body.list, body.short + body.short))`,
			"takes too long",
		},
		"text made of a list of texts":    {`join(map(body.list, text), "")`, "takes too long|longer than"},
		"a replacement for nothing":       {`replace(text, "", text)`, "longer than"},
		"a replacement that grows":        {`replace(text, "a", text)`, "longer than"},
		"a long text for each item":       {"map(body.list, lower(text))", "takes too long"},
		"a long text looked for in texts": {"filter(body.list, body.s contains text)", "takes too long"},
		"a long text split for each item": {`map(body.list, split(text, ""))`, "takes too long"},
		"a part of a text for each item":  {"map(body.list, body.s[1:])", "takes too long"},
		"a long name looked up":           {"map(body.list, body[body.s])", "takes too long"},
		"a long name looked for":          {"map(body.list, body.s in body)", "takes too long"},
		"long texts compared":             {"filter(body.list, body.s == body.s)", "takes too long"},
		"JSON read for each item":         {`map(body.list, fromJSON("[" + text[3:9] + "]"))`, "not valid JSON"},
		"lists in JSON for each item":     {"map(body.list, fromJSON(body.json))", "takes too long"},
		"a list joined for each item":     {"map(body.list, join(body.list[:60000]))", "takes too long"},
		"a list in a list, for each item": {"map(body.list, map(body.list, [#, #, #, #, #, #]))", "takes too long"},
		"a pattern that others die of":    {`map(body.list, body.s matches "^(a+)+$x")`, "takes too long"},
		"a pattern against a long text":   {`text matches "(?:a?){60}b"`, "takes too long"},
		"a pattern of many branches":      {`text matches "(a?){90}a{90}b"`, "too large"},
		"a pattern of a large repeat":     {`text matches "((a{30}){30})"`, "too large"},
		"many levels of brackets":         {strings.Repeat("(", 999) + "1" + strings.Repeat(")", 999), ""},
		"many levels of lists":            {strings.Repeat("[", 900) + strings.Repeat("]", 900), "too many parts"},
		"conditions that double": {
			strings.Repeat("(", 300) + "1" + strings.Repeat("?:1)", 300),
			"too many parts",
		},
		"comparisons that double": {
			strings.Repeat("0<(", 100) + "1" + strings.Repeat(")<0", 100),
			"too many parts",
		},
		"many signs": {strings.Repeat("-", 1900) + "1", "too many parts"},
		"many loops within each other": {
			strings.Repeat("map(body.list, ", 40) + "1" + strings.Repeat(")", 40),
			"takes too long",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, failed := worked(c.source, r)
			runtime.ReadMemStats(&after)
			said := ""
			if failed != nil {
				said = failed.text
			}
			first, second, _ := strings.Cut(c.want, "|")
			if (said == "") != (c.want == "") ||
				!strings.Contains(said, first) && (second == "" || !strings.Contains(said, second)) {
				t.Errorf("got %q, want %q", said, c.want)
			}
			if made := after.TotalAlloc - before.TotalAlloc; made > 128<<20 {
				t.Errorf("it made %d MiB", made>>20)
			}
		})
	}
}

// TestABodyThatCostsTooMuchTellsNothing has bodies that are dear to read, each as large as any that is.
func TestABodyThatCostsTooMuchTellsNothing(t *testing.T) {
	m := compiled(
		t,
		hook.Mapping{
			Kind:     hook.KindOwn,
			Subject:  "body.id",
			State:    "body.state",
			Amount:   "body.amount",
			Currency: "body.currency",
		},
	)
	body := func(more string) string { return `{"id":"1","state":"done","more":[` + more + `1]}` }
	const size = hook.MaxExtracted - 1000
	for name, c := range map[string]struct {
		more string
		told int
	}{
		"a long text":        {`"` + strings.Repeat("x", size) + `",`, 1},
		"events":             {strings.Repeat(`{"id":"evt_1234567890","type":"payment.updated","n":1},`, size/55), 1},
		"numbers":            {strings.Repeat("1,", size/2), 0},
		"texts with escapes": {strings.Repeat(`"\n",`, size/5), 0},
		"objects":            {strings.Repeat("{},", size/3), 0},
		"too large":          {strings.Repeat(" ", hook.MaxExtracted), 0},
	} {
		r := recordOf(body(c.more))
		told, err := m.Statements(nil, r)
		if len(told) != c.told || errors.Is(err, hook.ErrTooMuch) != (c.told == 0) {
			t.Errorf("%s: %d statements, %v", name, len(told), err)
		}
	}
	r := recordOf(strings.Repeat("a=&", size/3) + "id=1&state=done")
	r.ContentType = "application/x-www-form-urlencoded"
	if told, err := m.Statements(nil, r); len(told) > 0 || !errors.Is(err, hook.ErrTooMuch) {
		t.Errorf("a form: %d statements, %v", len(told), err)
	}
}

func TestAllOfAMappingsExpressionsShareTheirSteps(t *testing.T) {
	busy := "len(map(body.list, # + # + #))"
	m := hook.Mapping{Kind: hook.KindOwn, Subject: busy, State: "type"}
	if got, err := compiled(t, m).Statements(nil, long()); err != nil || len(got) != 1 {
		t.Fatalf("one alone: %v, %v", got, err)
	}
	m.State = "len(map(body.list, # + #)) > len(map(body.list, # * 2))"
	if got, err := compiled(t, m).Statements(nil, long()); err == nil ||
		!strings.Contains(err.Error(), "takes too long") {
		t.Errorf("together: %v, %v", got, err)
	}
}
