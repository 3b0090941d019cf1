package payload

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

func TestAnElementIsFoundInsideOthers(t *testing.T) {
	xml := `<?xml version="1.0"?><n><items type="array"><item><id>1</id></item></items><id type="x">2</id>` +
		`<item><id>3</id><no nil="true"/>` +
		`<of>A &amp; B</of></item><no>4</no><x:six>6</x:six><both>5<b/></both></n>`
	for path, want := range map[string]string{"id": "1", "items/item/id": "1", "item/id": "1", "items/of": "",
		"of": "A & B", "no": "", "item/no": "", "six": "", "both": "",
		"none": "", "item/none": "", "": "", "n": "", "i": ""} {
		q := requestOf(url.Values{"f": {base64.StdEncoding.EncodeToString([]byte(xml))}}.Encode())
		if got := q.element("f", path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for _, bad := range []string{"<n><id>1</id>", "<n><id>1</id></m>", "<n></n></n><id>1</id>",
		"<!DOCTYPE n [<!ENTITY a \"b\">]><id>1</id>", "<id>&a;</id>",
		`<?xml version="1.0" encoding="ISO-8859-1"?><id>1</id>`, "<id>1</id>\x00",
		strings.Repeat("<n>", maxDepth+2) + "<id>1</id>" + strings.Repeat("</n>", maxDepth+2)} {
		q := requestOf(url.Values{"f": {base64.StdEncoding.EncodeToString([]byte(bad))}}.Encode())
		if got := q.Text(Select("xml:f/id")); got != "" {
			t.Errorf("of %q: %q", bad, got)
		}
	}
	if got := requestOf("f=!").Text(Select("xml:f/id")); got != "" {
		t.Errorf("of no base64: %q", got)
	}
}

// requestOf is a request with a body and nothing else.
func requestOf(body string) *Request {
	q := &Request{}
	q.Reset(&hook.Record{Request: hook.Request{Body: []byte(body)}}, nil)
	return q
}
