package expr

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// TestTheGuidesExamplesAreTrue works out each example of the guide: a request, a mapping, and what it tells.
func TestTheGuidesExamplesAreTrue(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/own-statuses.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(guide), "```http\n")[1:]
	if len(examples) != 4 {
		t.Fatalf("the guide has %d examples", len(examples))
	}
	for _, example := range examples {
		parts := strings.Split(example, "```")
		var m hook.Mapping
		decode(t, strings.TrimPrefix(parts[2], "json\n"), &m)
		var want Example
		decode(t, strings.TrimPrefix(parts[4], "json\n"), &want)
		got, err := compiled(
			t,
			m,
		).Try(t.Context(), func(do func(*hook.Record) error) error { return do(requested(t, parts[0])) })
		if err != nil || len(got.Examples) != 1 || len(got.Problems) > 0 {
			t.Fatalf("got %+v, %v", got, err)
		}
		if diff := cmp.Diff(want, got.Examples[0]); diff != "" {
			t.Error(diff)
		}
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// requested is a delivery of a request as the guide writes it.
func requested(t *testing.T, text string) *hook.Record {
	t.Helper()
	text = strings.Replace(text, "\n", " HTTP/1.0\n", 1)
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(text, "\n\n")
	r := recordOf(strings.TrimSpace(body))
	r.Query, r.ContentType = request.URL.RawQuery, request.Header.Get("Content-Type")
	for name, values := range request.Header {
		r.Headers = append(r.Headers, hook.Header{Name: name, Value: values[0]})
	}
	r.ID, r.Seq = "", 0
	return r
}
