package payload

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzJSON: what is read of a body is what the library reads, and nothing where the library reads none.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{` {"a" : [1, -2.50e1,"x",{}] ,"a":null,"":[[ ],true,false]} `,
		`"\u00e9\"\\ \ud800 é"`, "\"\xff\"", "9223372036854775808", "-0", "1e999", "0.1", "[1]2", "{", "", `{"a":1,}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := Decode(text, func(int) bool { return true })
		if ok != json.Valid(text) {
			t.Fatalf("read %v, %t", got, ok)
		}
		if !ok || !utf8.Valid(text) { // a letter that is broken counts once with us, and twice with it
			return
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if want = numbers(want); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as %#v, want %#v", text, got, want)
		}
	})
}

// numbers reads the library's numbers as we do.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = numbers(v[name])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		if f, err := v.Float64(); err == nil && bytes.ContainsAny([]byte(v), ".eE") {
			return f
		}
		return string(v)
	}
	return v
}
