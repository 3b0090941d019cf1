package filter

import (
	"errors"
	"reflect"
	"regexp"
	"testing"

	"hookbeam/server/hook"
)

// FuzzParse: whatever somebody types, it is a filter whose canonical form is read as the same tree, or an error that
// marks a part of the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"verdict:rejected -type:ping OR (a b)", `body.a."b.c":>=1e5 has:body.x,event`, `type:"a \"b\""*,c** is:test`,
		"size>1000 amount:1..2 seq:..5,7", "after:1h before:2026-11-01", `"card declined"* refund* dlv_1 #12`,
		"NOT -(a)AND(b)",
		`type:>a`, `"\`, "((((", "body.a!=1", "ip:10.0.0.0/8,::1,1*", "\u00a0é:", `header.a.b:""* query."":*`,
		"type:<*,=*",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.Position < 0 || wrong.End < wrong.Position || wrong.End > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		again, err := Parse(parsed.String())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, parsed, err)
		}
		if !reflect.DeepEqual(bare(parsed.Root()), bare(again.Root())) || parsed.String() != again.String() {
			t.Fatalf("%q became %q, and that %q", text, parsed, again)
		}
		if parsed.Match(paid(), noon()) != again.Match(paid(), noon()) {
			t.Fatalf("%q and %q do not agree", parsed, again)
		}
	})
}

// FuzzMatch: whatever a stranger sends, matching ends with an answer, the one of the plain evaluator.
func FuzzMatch(f *testing.F) {
	for _, seed := range []struct{ filter, body, query string }{
		{"body.a:1", `{"a":[1,{"b":"x\n\ud83d\ude00"}]}`, "a=1"}, {"has:body.a.b", `{"a":{"b":null}}`, ""},
		{"body.a:>0", `{"a":1e999999999}`, "%"}, {"x*", "\xff\xfe x", "a=%ff"}, {`"a b"`, `"a\u0020b"`, "&&="},
		{"body.a:x*", `{"a":"\ud800"}`, ""}, {"form.a:b", "a=b&a=%zz", ""}, {"query.a:b", "[[[", "a=b"},
	} {
		f.Add(seed.filter, []byte(seed.body), seed.query, true)
		f.Add(seed.filter, []byte(seed.body), seed.query, false)
	}
	longExponent := regexp.MustCompile(`[eE](%2[bB]|[+-])?[0-9]{4}`)
	f.Fuzz(func(t *testing.T, text string, body []byte, query string, form bool) {
		parsed, err := Parse(text)
		if err != nil {
			return
		}
		item := paid()
		item.Record.Body, item.Record.Query = body, query
		item.Record.Headers = []hook.Header{{Name: "X-A", Value: query}}
		if form {
			item.Record.ContentType = "application/x-www-form-urlencoded"
		}
		got := parsed.Match(item, noon())
		if longExponent.MatchString(text + string(body) + query) { // the plain evaluator would take all memory
			return
		}
		if want := plainMatch(parsed.Root(), item, noon()); got != want {
			t.Errorf("%q on %q, %q: %v, and %v plainly", parsed, body, query, got, want)
		}
	})
}
