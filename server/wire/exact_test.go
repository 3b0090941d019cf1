package wire

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestBytesThatAreNotUTF8CanBeReadBack has texts that JSON cannot hold.
func TestBytesThatAreNotUTF8CanBeReadBack(t *testing.T) {
	for sent, want := range map[string]struct{ header, query string }{
		"plain":            {"plain", "plain"},
		"é😀\ufffd":         {"é😀\ufffd", "é😀\ufffd"},
		"caf\xe9":          {"café", "caf%E9"},
		"é\xe9":            {"Ã©é", "é%E9"},
		"\xff\x00\x80":     {"ÿ\x00\u0080", "%FF\x00%80"},
		"\xed\xa0\xbd":     {"í\u00a0½", "%ED%A0%BD"},
		"a%e9=%zz\xe2\x82": {"a%e9=%zzâ\u0082", "a%e9=%zz%E2%82"},
	} {
		r := &hook.Record{Delivery: hook.Delivery{Path: sent, Query: sent, ContentType: sent, Event: sent},
			Request: hook.Request{Headers: []hook.Header{{Name: "X-A", Value: sent}},
				Trailers: []hook.Header{{Name: "X-Sum", Value: sent}}}}
		text, err := json.Marshal(NewDeliveryDetail(r))
		if err != nil {
			t.Fatal(err)
		}
		var got DeliveryDetail
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if got.ContentType != want.header || got.Event != want.header || got.Query != want.query {
			t.Errorf("%q: %q, %q, %q", sent, got.ContentType, got.Event, got.Query)
		}
		if got.Path != got.Query || got.PathBase64 != got.QueryBase64 {
			t.Errorf("%q: the path is %q, %q", sent, got.Path, got.PathBase64)
		}
		if got.QueryBase64 != "" && exactly(t, got.QueryBase64) != sent || got.QueryBase64 == "" && got.Query != sent {
			t.Errorf("%q: the query is %q, %q", sent, got.Query, got.QueryBase64)
		}
		a, _ := url.QueryUnescape(got.Query)
		if b, _ := url.QueryUnescape(sent); a != b {
			t.Errorf("%q: the query means %q, not %q", sent, a, b)
		}
		if len(got.Headers) != 2 || got.Headers[0].Trailer || !got.Headers[1].Trailer {
			t.Fatalf("%+v", got.Headers)
		}
		for _, h := range got.Headers {
			isExact := h.Base64 == "" && h.Value == sent || h.Base64 != "" && exactly(t, h.Base64) == sent
			if h.Value != want.header || !isExact {
				t.Errorf("%q: %+v", sent, h)
			}
		}
		if strings.Contains(string(text), `\ufffd`) && !strings.Contains(sent, "\ufffd") {
			t.Errorf("%q: something was lost: %s", sent, text)
		}
	}
}

// exactly decodes base64.
func exactly(t *testing.T, text string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
