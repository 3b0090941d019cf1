package payload

import (
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
)

// headSize is the number of bytes in which selectors of "head" look for a member.
const headSize = 8 << 10

// head returns a text member of the document's object, if it is within the first headSize bytes. It is for senders
// without rules of their own, whose bodies are not parsed any further.
func (q *Request) head(name string) string {
	head := withoutMark(q.Record.Body)
	head = head[:min(len(head), headSize)]
	if q.Envelope.Field != "" && FirstByte(head) != '{' {
		if media, _ := q.mediaType(); media == urlencoded {
			head = headOfField(string(head), q.Envelope.Field)
		}
	}
	if FirstByte(head) != '{' || !q.Charge(len(head)) {
		return ""
	}
	r := gjson.GetBytes(head, name)
	if whole := len(r.Raw) > 1 && r.Raw[len(r.Raw)-1] == '"'; r.Type != gjson.String || !whole {
		return ""
	}
	return r.Str
}

// headOfField returns the beginning of a field's value in the beginning of a form; nil if the field is not there.
func headOfField(form, field string) []byte {
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != field {
			continue
		}
		if cut := strings.LastIndexByte(value, '%'); cut >= 0 && cut+2 >= len(value) { // in the middle of an escape
			value = value[:cut]
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			return nil
		}
		return withoutMark([]byte(plain))
	}
	return nil
}
