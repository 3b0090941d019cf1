package payload

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestAMisspeltSelectorIsRefused has the mistakes that would otherwise read as empty for ever.
func TestAMisspeltSelectorIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"bdoy:id":               "unknown source",
		"Body:id":               "unknown source",
		"id":                    "unknown source",
		"":                      "unknown source",
		"?":                     "unknown source",
		"nonce:x":               "unknown source",
		"sha256:x":              "unknown source",
		"pair:t":                "unknown source",
		"!body:test":            "unknown source",
		"body:":                 "empty step",
		"body:a..b":             "empty step",
		"body:.a":               "empty step",
		"body:a.":               "empty step",
		"item:a.#rel":           "#member=text",
		"item:#=up":             "#member=text",
		"body:a b":              "a character",
		"body:a|@pretty":        "a character",
		"header:x-github-event": "X-Github-Event",
		"host:paypal-cert-url":  "Paypal-Cert-Url",
		"header:":               "names nothing",
		"form:":                 "names nothing",
		"const:":                "names nothing",
		"xml:bt_payload":        "names no element",
		"xml:bt_payload/a//b":   "names no element",
		"xml:/kind":             "names nothing",
		"claim:X-A":             "empty step",
		"claim:/jti":            "names nothing",
		"claim:x-a/jti":         "X-A",
	} {
		if _, err := ParseSelector(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"body:id+", "+body:id", "body:id+bdoy:id", "body:id body:id"} {
		if _, err := ParseJoin(text); err == nil {
			t.Errorf("%q is taken for a join", text)
		}
	}
	for _, text := range []string{"{bdoy:id}", "{body:id", "{time}", "{}"} {
		if _, err := ParseTemplate(text, "body"); err == nil {
			t.Errorf("%q is taken for a template", text)
		}
	}
}

// TestAMisspeltTableEndsTheProgram holds that the functions for tables do not hand a mistake on.
func TestAMisspeltTableEndsTheProgram(t *testing.T) {
	for name, build := range map[string]func(){
		"Select":         func() { Select("bdoy:id") },
		"SelectAll":      func() { SelectAll("body:id", "bdoy:id") },
		"SelectJoin":     func() { SelectJoin("body:id+bdoy:id") },
		"SelectTemplate": func() { SelectTemplate("{bdoy:id}") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "broken build: ") {
					t.Errorf("it goes on: %q", said)
				}
			}()
			build()
		})
	}
}

// TestEachSourceIsRead has a request in which every kind of selector finds something.
func TestEachSourceIsRead(t *testing.T) {
	const body = `{"id":7,"data":{"list":[{"rel":"up","to":"x"}],"a.b":"dot","owner":{"id":"o1"},` +
		`"none":null,"no":false,"zero":0.0}}`
	q := &Request{Nonce: "n1"}
	q.Reset(&hook.Record{
		Delivery: hook.Delivery{Query: "q=1"},
		Request: hook.Request{Body: []byte(body), Headers: []hook.Header{{Name: "X-A", Value: "a1"},
			{Name: "X-A", Value: "a2"},
			{Name: "X-Jwt", Value: "bearer e30." +
				base64.RawURLEncoding.EncodeToString([]byte(`{"jti":"j1"}`)) + ".AAAA"},
			{Name: "X-Url", Value: "https://api.example.com:443/x"}}},
	}, map[string]string{"s": "set"})
	if got := q.Text(Select("beside:id")); got != "data" {
		t.Errorf("beside the id of the body: %q", got)
	}
	q.batched, q.items = true, []string{`{"id":"i1","of":1,"event":2}`}
	q.Look(0)
	for text, want := range map[string]string{
		"header:X-A": "a1", "header:X-B": "", "query:q": "1", "setting:s": "set", "nonce": "n1", "const:c": "c",
		"claim:X-Jwt/jti": "j1", "claim:X-Jwt/none": "", "claim:X-A/jti": "", "claim:X-None/jti": "",
		"host:X-Url": "api.example.com", "body:id": "7", "item:id": "i1", "beside:id": "of",
		"beside:of,id": "event", "beside:id,of,event": "",
		"body:data.list.0.to": "x", "body:data.list.#rel=up.to": "x", `body:data.a\.b`: "dot", "body:data.owner": "",
		"?body:data.owner": "yes", "?body:data.none": "", "?body:data.no": "", "?body:data.zero": "",
		"?header:X-A": "yes",
	} {
		if got := q.Text(Select(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	sum := sha256.Sum256([]byte(body))
	if got := q.Text(Select("sha256")); got != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Errorf("sha256: %q", got)
	}
	if got := q.TextOrID(Select("body:data.owner")); got != "o1" {
		t.Errorf("an object stands for %q", got)
	}
	if text, whole := q.Joined(SelectJoin("body:id+header:X-A")); text != "7/a1" || !whole {
		t.Errorf("%q %v", text, whole)
	}
	if text, whole := q.Joined(SelectJoin("body:id+header:X-B")); text != "" || whole {
		t.Errorf("%q %v", text, whole)
	}
}

// TestWhatWasReadIsForgotten holds that a released request shows nothing of the delivery before.
func TestWhatWasReadIsForgotten(t *testing.T) {
	q := &Request{}
	q.Reset(&hook.Record{Request: hook.Request{Body: []byte(`{"id":"first"}`)}}, nil)
	q.batched, q.items = true, []string{`{"id":"item"}`}
	q.Look(0)
	if q.Text(Select("body:id")) != "first" || q.Text(Select("item:id")) != "item" {
		t.Fatal("the first one cannot be read")
	}
	q.Release()
	q.Reset(&hook.Record{Request: hook.Request{Body: []byte(`id=second`)}}, nil)
	for text, want := range map[string]string{"body:id": "", "item:id": "", "form:id": "second"} {
		if got := q.Text(Select(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
