package configfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schema is one with every kind of value.
var schema = &Schema{Kind: Object, Fields: map[string]*Schema{
	"name": {}, "size": {Kind: Integer}, "on": {Kind: Boolean}, "allow": {Kind: List, Items: &Schema{}},
	"settings": {Kind: Map, Items: &Schema{}},
	"response": {Kind: Object, Null: true, Fields: map[string]*Schema{"status": {Kind: Integer}}},
	"secrets":  {Kind: List, Items: &Schema{Kind: Object, Fields: map[string]*Schema{"label": {}, "value": {}}}},
}}

func source(t *testing.T) Source {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "from a file\r\n", "empty": "\n", "binary": "\xff\xfe\xfd"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return Source{
		Folder:   dir,
		Variable: func(name string) string { return map[string]string{"NAME": "a value"}[name] },
	}
}

// read returns the endpoints of a file as JSON, or its errors.
func read(t *testing.T, text string) string {
	t.Helper()
	f, err := Parse("f", []byte(text))
	if err != nil {
		return err.Error()
	}
	all, err := f.Endpoints(schema, source(t))
	if err != nil {
		return err.Error()
	}
	var list []map[string]any
	for _, e := range all {
		list = append(list, e.Fields)
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileIsReadAsItIsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "null",
		"# nothing\n":        "null",
		"endpoints:\n":       "null",
		"endpoints: []\n":    "null",
		"settings: {a: b}\n": "null",
		"endpoints: [{name: 007, size: 5, on: false, allow: [1.2.3.4, off]}]": `[{"allow":["1.2.3.4","off"],` +
			`"name":"007","on":false,"size":5}]`,
		"endpoints: [{name: a, response: null, settings: {x: 1, y: ''}}]": `[{"name":"a","response":null,` +
			`"settings":{"x":"1","y":""}}]`,
		"endpoints:\n- name: a\n  settings:\n    text: |\n      one\n      two\n": `[{"name":"a",` +
			`"settings":{"text":"one\ntwo\n"}}]`,
		"endpoints: [{name: 'x${NAME}y$${NAME}$'}]": `[{"name":"xa valuey${NAME}$"}]`,
		`endpoints: [{name: a, secrets: [{value: "${file:secret}"}]}]`: "" +
			`[{"name":"a","secrets":[{"value":"from a file"}]}]`,
		"endpoints: [{name: a}]\n---\nendpoints: []":   "f:2:1: a second document begins here",
		"endpoints: [{nam: a}]":                        `f:1:14: unknown key "nam". Did you mean "name"?`,
		"endpoints: [{name: a, zzzzzz: 1}]":            `f:1:23: unknown key "zzzzzz". Known are allow,`,
		"endpoints: [{size: 1}]":                       "f:1:13: the endpoint has no name",
		"endpoints: [{name: a, name: b}]":              `f:1:23: the key "name" is here twice`,
		"endpoints: {a: {}}":                           "f:1:12: expected a list of endpoints",
		"endpoints: [a]":                               "f:1:13: expected keys with values here, found a text",
		"endpoints: [{name: a, size: x}]":              `f:1:29: "x" is not a whole number`,
		"endpoints: [{name: a, size: 1.5}]":            `"1.5" is not a whole number`,
		"endpoints: [{name: a, on: maybe}]":            `"maybe" is neither true nor false`,
		"endpoints: [{name: a, allow: 1.2.3.4}]":       "expected a list here, found a text",
		"endpoints: [{name: }]":                        "expected a text here, found nothing",
		"endpoints: [{name: [a]}]":                     "expected a text here, found a list",
		"endpoints: [&x {name: a}, *x]":                "anchors and aliases",
		"endpoints: [{name: &x a, settings: {a: *x}}]": "anchors and aliases",
		"endpoints: [{<<: {name: a}}]":                 `unknown key "<<"`,
		"endpoints:\n  - name: a\n bad":                "f:2:1: this is not valid YAML",
		"endpoints: [{name: \"${NOWHERE}\"}]":          "f:1:20: ${NOWHERE}: the environment variable is not set",
		"endpoints: [{name: \"${NAME\"}]":              "f:1:20: ${NAME: the closing } is missing",
		"endpoints: [{name: \"${}\"}]":                 "a reference is ${NAME} or ${file:PATH}",
		"endpoints: [{name: \"${NAME:-x}\"}]":          "a reference is ${NAME} or ${file:PATH}",
		"endpoints: [{name: \"${file:nowhere}\"}]":     "${file:nowhere}: no such file",
		"endpoints: [{name: \"${file:}\"}]":            "the path is missing",
		"endpoints: [{name: \"${file:empty}\"}]":       "the file is empty",
		"endpoints: [{name: \"${file:binary}\"}]":      "not UTF-8 text",
		"users: []":    `"users" is not supported by this release`,
		"endpoint: []": `unknown key "endpoint". Did you mean "endpoints"?`,
		"- a":          "f:1:1: expected keys with values here, found a list",
		"a":            "found a text",
	} {
		if got := read(t, text); got != want && (!strings.Contains(got, want) || strings.HasPrefix(want, "[")) {
			t.Errorf("%q:\n%s, want\n%s", text, got, want)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	got := read(t, "endpoints:\n- name: a\n  size: x\n- name: b\n  on: 1\n  allow: {}\n")
	if strings.Count(got, "\n") != 2 {
		t.Errorf("%s", got)
	}
	if many := read(t, "endpoints: ["+strings.Repeat("{}, ", 500)+"]"); strings.Count(many, "\n") != maxErrors-1 {
		t.Errorf("%d lines", strings.Count(many, "\n"))
	}
}

func TestTheAPIsPlacesAreFoundInTheFile(t *testing.T) {
	f, err := Parse("f", []byte("endpoints:\n- name: a\n  secrets:\n  - label: x\n    value: y\n"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.Endpoints(schema, source(t))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Position{"": {2, 3}, "name": {2, 9}, "secrets[0].value": {5, 12},
		"secrets[0].nothing": {4, 5}, "secrets[7].value": {4, 3}, "nothing": {2, 3}} {
		if got := all[0].Place(path); got != want {
			t.Errorf("%s is at %v, want %v", path, got, want)
		}
	}
}

func TestSettingsAreThoseOfTheFlags(t *testing.T) {
	flags := []string{"keep-for", "data", "trusted-proxy"}
	for text, want := range map[string]string{
		"{keep_for: 3d, data: '${NAME}', trusted-proxy: [a, b]}": "[{keep-for 3d {1 22}} {data a value {1 32}} " +
			"{trusted-proxy a,b {1 58}}]",
		"":                           "[]",
		"{keep-for: 1, keep_for: 2}": "f:1:25: the key \"keep_for\" is here twice",
		"{keepfor: 1}":               `unknown key "keepfor". Did you mean "keep-for"?`,
		"{data: }":                   "expected a value, found nothing",
		"{data: {}}":                 "expected a value, found keys with values",
		"[a]":                        "expected keys with values here, found a list",
	} {
		f, err := Parse("f", []byte("settings: "+text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Settings(flags, source(t))
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// FuzzFiles checks that no text crashes the reader, and that all mistakes have a place.
func FuzzFiles(f *testing.F) {
	for _, text := range []string{"endpoints: [{name: a}]", "a: &a [*a]", "settings: {data: !!binary x}",
		"? {a: b}\n: c",
		"endpoints:\n- name: |2\n    x", "{", "%YAML 1.2\n---\n", "endpoints: [{name: \"${\"}]", "- - - -", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f", []byte(text))
		if err == nil {
			_, err = file.Endpoints(schema, Source{Variable: func(string) string { return "" }, Folder: "/nowhere"})
			file.HasEndpoints()
			_, _ = file.Settings([]string{"data"}, Source{Variable: func(string) string { return "x" }})
		}
		if err != nil && !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("%q: %v", text, err)
		}
	})
}
