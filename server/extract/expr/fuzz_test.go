package expr

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"hookbeam/server/hook"
)

// FuzzMapping: whatever a person writes and a stranger sends, nothing breaks, what is told fits a status, and the same
// delivery tells the same again.
func FuzzMapping(f *testing.F) {
	f.Add(
		"body.id",
		"body.status",
		"body.amount",
		`{"id":9007199254740993,"status":"PAID","amount":"42.00"}`,
		"application/json",
		true,
	)
	f.Add(
		"body.id",
		"lower(body.state)",
		"int(body.sum)",
		"id=1&state=Open",
		"application/x-www-form-urlencoded",
		false,
	)
	f.Add(
		`headers["x-id"] ?? text[0:9]`,
		`body.items | filter(.n > 1) | map(#.s) | join(",")`,
		"round(sum(body.items, .n) * 100)",
		`{"items":[{"n":2,"s":"b"}]}`,
		"",
		true,
	)
	f.Add(
		`let a = body.a; a == nil ? "x" : a[1:-1] + #`,
		`if type matches "^a(b|c)*" { 1 } else { 2.5e3 }`,
		"::len(text) % 0",
		`[1,"2",[{}],-0.0,1e400]`,
		"text/plain",
		false,
	)
	f.Add("a<b<c ?: 0x1F not in [1,,]", "{a: #index}", `b"x" ?. y["`, "\xff{", "x/y", true)
	f.Fuzz(func(t *testing.T, subject, state, amount, body, media string, payment bool) {
		m := hook.Mapping{
			Kind:       hook.KindOwn,
			Subject:    subject,
			State:      state,
			Amount:     amount,
			Currency:   `"EUR"`,
			OccurredAt: amount,
			Reference:  state,
		}
		if payment {
			m.Kind = hook.KindPayment
		}
		c, err := Compile(m)
		if err != nil {
			var p *hook.Problem
			if !errors.As(err, &p) || p.Code != "mapping_invalid" || strings.Contains(p.Detail, "interface") {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		r := recordOf(body)
		r.ContentType, r.Headers = media, []hook.Header{{Name: "X-Id", Value: "1"}}
		told, err := c.Statements(nil, r)
		again, err2 := c.Statements(nil, r)
		if !reflect.DeepEqual(told, again) || (err == nil) != (err2 == nil) {
			t.Fatalf("told %+v, %v and then %+v, %v", told, err, again, err2)
		}
		for _, s := range told {
			if len(s.Aliases) == 0 || s.At.IsZero() || s.Amount < 0 ||
				(s.Kind == hook.StateReported) != (s.State != "") {
				t.Fatalf("told %+v", s)
			}
			for _, name := range append(s.Aliases, string(s.State)) {
				if len(name) > maxName ||
					strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }) {
					t.Fatalf("told %q", name)
				}
			}
		}
	})
}

// BenchmarkStatements reads a delivery of a kilobyte.
func BenchmarkStatements(b *testing.B) {
	body := `{"id":"evt_1","type":"payment.updated","data":{"object":{"id":"pay_9","status":"DONE","amount":4200,` +
		`"currency":"EUR","order":{"number":10447},` +
		`"customer":{"name":"Ada","address":{"city":"London","zip":"N1"}},"created":1770091506,"lines":[` +
		strings.TrimSuffix(
			strings.Repeat(`{"sku":"A-1000","name":"A thing to have","price":1050,"quantity":2,"tax":0.19},`, 9),
			",",
		) + `]}}}`
	m := compiled(
		b,
		hook.Mapping{
			Kind:       hook.KindPayment,
			Subject:    "body.data.object.id",
			State:      "body.data.object.status",
			Reference:  "body.data.object.order.number",
			Amount:     "body.data.object.amount",
			Currency:   "body.data.object.currency",
			OccurredAt: "body.data.object.created",
			States:     invoice.States,
		},
	)
	r := recordOf(body)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if s, err := m.Statements(nil, r); err != nil || len(s) != 1 || s[0].Amount != 4200 {
			b.Fatal(s, err)
		}
	}
}
