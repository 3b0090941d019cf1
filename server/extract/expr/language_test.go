package expr

import (
	"reflect"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

const shop = `{"id":9007199254740993,"n":7,"f":2.5,"s":"Abc","yes":true,"no":false,"nil":null,"list":[3,1,2],
"words":["a","b"],"items":[{"sku":"x","price":5},{"sku":"y","price":7,"sent":true}],"deep":{"a":{"b":"c"}},
"packed":"{\"k\":[1]}","coded":"aGk="}`

// worked works out one expression.
func worked(source string, r *hook.Record) (any, *failure) {
	e, failed := parse(source)
	if failed != nil {
		return nil, failed
	}
	x := &evaluation{record: r, left: maxSteps, vars: make([]any, e.vars)}
	v := e.eval(x)
	return v, x.failed
}

func list(items ...any) any { return items }

// expressionResults are expressions, with their values for the body shop.
var expressionResults = map[string]any{
	"body.id":                     int64(9007199254740993),
	"body.id + 1":                 int64(9007199254740994),
	"body.id == 9007199254740993": true,
	"body.id == 9007199254740992": false,

	"body.n + 1":          int64(8),
	"body.n / 2":          3.5,
	"body.n % 4":          int64(3),
	"-body.n":             int64(-7),
	"body.f * 2":          5.0,
	"round(body.f * 100)": int64(250),
	"floor(-2.5)":         int64(-3),
	"ceil(2.1)":           int64(3),
	"abs(-3)":             int64(3),
	"abs(-3.5)":           3.5,

	`body.s + "-" + body.n`:     "Abc-7",
	`lower(body.s)`:             "abc",
	`body.s | upper()`:          "ABC",
	`trim("  x ")`:              "x",
	`trim("--x-", "-")`:         "x",
	`trimPrefix("pi_1", "pi_")`: "1",
	`trimSuffix("a.b", ".b")`:   "a",
	`replace("a-b-c", "-", "")`: "abc",
	`split("a/b", "/")[1]`:      "b",
	`split("a/b", "/")[-1]`:     "b",
	`join(body.list, "+")`:      "3+1+2",
	`"héllo"[1:3]`:              "él",
	`body.list[1:]`:             list(int64(1), int64(2)),
	`body.s[-2:]`:               "bc",

	// Missing values are nil, and so are results that depend on them.
	"body.a.b.c":          nil,
	"body?.a?.b":          nil,
	"body.s.x":            nil,
	"body.list[9]":        nil,
	"body.nil":            nil,
	"body.a + 1":          nil,
	"body.a > 1":          false,
	"1 > body.a":          false,
	"not body.a":          true,
	"body.a and true":     false,
	"lower(body.a)":       nil,
	"round(body.a)":       nil,
	"len(body.a)":         nil,
	"body.a == nil":       true,
	"body.deep != nil":    true,
	"body.a[1:2]":         nil,
	"filter(body.a, #)":   []any(nil),
	"sum(body.a)":         int64(0),
	`body.a ?? "x"`:       "x",
	`body.a contains "x"`: false,
	`body.a matches "x"`:  false,
	"1 in body.a":         false,
	"first(body.a)":       nil,
	"join(body.a)":        nil,
	`split(body.a, "x")`:  nil,
	"fromJSON(body.a)":    nil,
	"int(body.a)":         nil,
	"float(body.a)":       nil,
	"string(body.a)":      nil,

	`body["deep"].a["b"]`:                  "c",
	`body.deep?.a.b`:                       "c",
	"body.n > 3 ? 1 : 2":                   int64(1),
	"body.no ? 1 : 2":                      int64(2),
	`if body.yes { 1 } else { 2 }`:         int64(1),
	`let a = body.n; let b = a * 2; a + b`: int64(21),

	"body.n == 7.0":                       true,
	`body.n == "7"`:                       false,
	"body.f < 3":                          true,
	"2 <= 2":                              true,
	`"a" < "b"`:                           true,
	"9007199254740993 > 9007199254740992": true,
	"1 < body.n < 9":                      true,
	"body.yes && !body.no":                true,
	"body.no || body.yes":                 true,

	"3 in body.list":           true,
	"4 in body.list":           false,
	`"a" in ["a", "b"]`:        true,
	`"s" in body`:              true,
	`"t" not in body`:          true,
	`body.s contains "bc"`:     true,
	`body.s startsWith "A"`:    true,
	`body.s endsWith "A"`:      false,
	`body.s matches "^[A-Z]b"`: true,
	`body.s not matches "x"`:   true,

	"map(body.items, .sku)":                    list("x", "y"),
	"filter(body.list, # > 1)":                 list(int64(3), int64(2)),
	"find(body.items, .sent).sku":              "y",
	"findLast(body.list, # > 1)":               int64(2),
	"sum(body.items, .price)":                  int64(12),
	"sum(body.list)":                           int64(6),
	"count(body.items, .sent)":                 int64(1),
	"all(body.items, .sent)":                   false,
	"any(body.items, .sent)":                   true,
	"none(body.items, .sent)":                  false,
	"one(body.items, .sent)":                   true,
	"one(body.list, # > 1)":                    false,
	"map(body.list, #index)":                   list(int64(0), int64(1), int64(2)),
	"map(body.words, map(body.list, #))[1][0]": int64(3),
	"first(body.list)":                         int64(3),
	"last(body.list)":                          int64(2),
	"len(body.list)":                           int64(3),
	"len(body.s)":                              int64(3),
	"len(body.deep)":                           int64(1),

	`int("12")`:                  int64(12),
	"int(2.9)":                   int64(2),
	`float("1.5")`:               1.5,
	"string(1.50)":               "1.5",
	"string(true)":               "true",
	"fromJSON(body.packed).k[0]": int64(1),
	"fromBase64(body.coded)":     "hi",

	"type":               "order.paid",
	"event":              "evt_1",
	"method":             "POST",
	"path":               "/",
	"query.a":            "1",
	"query.b":            "x y",
	`headers["x-topic"]`: "first",
	"len(text)":          int64(len(shop)),
	"[1, body.s]":        list(int64(1), "Abc"),
}

func TestWhatExpressionsGive(t *testing.T) {
	r := recordOf(shop)
	r.Event, r.Query = "evt_1", "a=1&a=2&b=x%20y"
	r.Headers = []hook.Header{{Name: "X-Topic", Value: "first"}, {Name: "X-Topic", Value: "second"}}
	for source, want := range expressionResults {
		got, failed := worked(source, r)
		if failed != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v, %v; want %#v", source, got, failed, want)
		}
	}
}

func TestWhatDoesNotGoTogetherIsToldInWords(t *testing.T) {
	for source, want := range map[string]string{
		"body.s - 1":      "the operator - cannot be applied to text and a number",
		"body.s > 1":      "cannot be compared with >",
		"body.s and true": "expected true or false, but got text",

		"lower(body.n)":     "lower expects text, but got a number",
		"filter(body.s, #)": "filter expects a list, but got text",
		"sum(body.words)":   "sum expects numbers, but got text",

		"body.deep == body.deep": "lists and objects cannot be compared",
		"body.n / 0":             "the divisor is 0",
		"body.n % 0":             "the divisor is 0",
		"body.f % 2":             "% expects whole numbers",

		"9223372036854775807 + 1":  "too large",
		"9223372036854775807 * 2":  "too large",
		"-9223372036854775807 - 2": "too large",
		"int(1e300)":               "too large",
		`int("x")`:                 "not a whole number",
		`float("x")`:               "not a number",

		"body.list + 1":     "a list and a number",
		`body.list + "x"`:   "a list and text",
		"string(body.deep)": "an object cannot be converted",
		"1 in body.s":       "in expects a list",
		"body.n[1:]":        "[from:to] expects text or a list",
		`body.s["a":]`:      "whole numbers",

		"fromJSON(body.s)":   "not valid JSON",
		"fromBase64(body.s)": "base64",
		"len(body.n)":        "len expects",
		"abs(body.s)":        "abs expects",
		"round(body.s)":      "round expects",
		"join([[1]])":        "join expects",
	} {
		if got, failed := worked(source, recordOf(shop)); failed == nil || !strings.Contains(failed.text, want) {
			t.Errorf("%s gives %#v, %v; want %q", source, got, failed, want)
		}
	}
}

func TestPartsOfTheLanguageThatAreNotHereAreRefused(t *testing.T) {
	for _, source := range []string{
		"1..1000000",
		"2 ** 60",
		"2 ^ 3",
		"$env",
		"repeat(body.s, 9)",
		"now()",
		`date("2026-01-01")`,
		"keys(body)",
		"reduce(body.list, # + #acc)",
		"sortBy(body.list, #)",

		"groupBy(body.list, #)",
		"toJSON(body)",
		`{"a": 1}`,
		`b"x"`,
		"1; 2",
		"body.Foo()",
		`timezone("UTC")`,
		"uniq(body.list)",
		"flatten(body.list)",
		"get(body, 1)",
		"#",
		".x",
		"count()",
		"::now()",
		"(let a = 1; a) + a",
	} {
		if got, failed := parse(source); failed == nil {
			t.Errorf("%s was taken: %v", source, got)
		}
	}
}

func TestAFormsFieldsAreTheBody(t *testing.T) {
	r := recordOf("id=P1&status=In+Transit&status=Lost&n%5Bx%5D=%C3%A9")
	r.ContentType = "application/x-www-form-urlencoded; charset=utf-8"
	for source, want := range map[string]any{
		"body.id":      "P1",
		"body.status":  "In Transit",
		`body["n[x]"]`: "é",
		"body.other":   nil,
	} {
		if got, failed := worked(source, r); failed != nil || got != want {
			t.Errorf("%s gives %#v, %v; want %#v", source, got, failed, want)
		}
	}
	r.Body = []byte(` {"id":"P2"}`)
	if got, _ := worked("body.id", r); got != "P2" {
		t.Errorf("JSON that is called a form gives %#v", got)
	}
	r.Body = []byte("\xef\xbb\xbf" + `{"id":"P3"}`)
	if got, _ := worked("body.id", r); got != "P3" {
		t.Errorf("JSON behind a byte order mark gives %#v", got)
	}
	r.ContentType = "multipart/form-data; boundary=B"
	r.Body = []byte("--B\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"id\":\"P4\"}\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nx\r\n--B--")
	if got, _ := worked("fromJSON(body.payload).id", r); got != "P4" {
		t.Errorf("JSON in a part gives %#v", got)
	}
	if got, _ := worked("body.f", r); got != nil {
		t.Errorf("a file gives %#v", got)
	}
}

func TestABodyThatIsTooLargeIsNotRead(t *testing.T) {
	r := recordOf(`{"id":"` + strings.Repeat("x", hook.MaxExtracted) + `"}`)
	if got, failed := worked("body", r); got != nil || failed != nil {
		t.Errorf("got %.20v, %v", got, failed)
	}
	if got, failed := worked("len(text)", r); got != int64(maxText) || failed != nil {
		t.Errorf("got %v characters, %v", got, failed)
	}
}
