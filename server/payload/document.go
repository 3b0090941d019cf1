package payload

import (
	"bytes"
	"mime"
	"strings"
)

// Envelope says what else than a plain JSON document a sender's body may be. Whatever it is, selectors of "body" read
// the document inside. The zero Envelope is plain JSON only. A body that begins like JSON is JSON in any case.
//
// The forms are declared, never guessed: in a mail that a sender passes on as a form, strangers choose the names and
// values of fields.
type Envelope struct {
	Field string // the form field, urlencoded or multipart, that holds the JSON; "": none
	XML   bool   // XML, which reads like JSON: see the comment at xmlToJSON
	JWT   bool   // a JWT, of which the claims are read: only for a sender whose scheme verifies it
}

// byteOrderMark is U+FEFF in UTF-8. Some libraries write it before JSON, although RFC 8259 forbids it.
const byteOrderMark = "\xef\xbb\xbf"

// withoutMark returns the body without a byte order mark at its beginning.
func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte(byteOrderMark)) }

// document returns the JSON in the body; "" if there is none. The body as it was received stays what is signed,
// hashed and stored.
func (q *Request) document() string {
	body := withoutMark(q.Record.Body)
	if beginsLikeJSON(FirstByte(body)) {
		return string(body)
	}
	if q.Envelope == (Envelope{}) || len(body) == 0 {
		return ""
	}
	media, _ := q.mediaType()
	switch {
	case q.Envelope.JWT:
		return q.claimsOfJWT(string(body))
	case q.Envelope.XML && (media == "text/xml" || media == "application/xml" || strings.HasSuffix(media, "+xml")):
		return q.xmlToJSON(string(body))
	case q.Envelope.Field != "" && isFormType(media):
		return jsonIn(q.fields().Get(q.Envelope.Field))
	default:
		return ""
	}
}

// jsonIn returns the JSON in a text; "" if the text does not begin like an object or a list.
func jsonIn(text string) string {
	text = strings.TrimLeft(strings.TrimPrefix(text, byteOrderMark), " \t\r\n")
	if text == "" || !beginsLikeJSON(text[0]) {
		return ""
	}
	return text
}

// beginsLikeJSON reports whether an object or a list of JSON may begin with a byte.
func beginsLikeJSON(first byte) bool { return first == '{' || first == '[' }

// The media types of forms.
const (
	urlencoded = "application/x-www-form-urlencoded"
	multipart  = "multipart/form-data"
)

// isFormType reports whether a media type is that of a form.
func isFormType(media string) bool { return media == urlencoded || media == multipart }

// maxContentType is the largest Content-Type that is parsed, in bytes.
const maxContentType = 512

// mediaType returns the media type of the body in lower case, "" if there is none, and of a multipart form the boundary
// of its parts, "" if it is missing or malformed. Other parameters are not parsed: most forms have a charset.
func (q *Request) mediaType() (media, boundary string) {
	text := q.Record.ContentType
	if text == "" {
		text = q.Header("Content-Type")
	}
	if len(text) > maxContentType {
		return "", ""
	}
	media, _, _ = strings.Cut(text, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	if media == multipart {
		if _, parameters, err := mime.ParseMediaType(text); err == nil {
			boundary = parameters["boundary"]
		} else {
			boundary = bareBoundary(text)
		}
	}
	return media, boundary
}

// bareBoundary returns the boundary of a Content-Type that has characters such as = in it without quotes around it, as
// some clients write it; "" if there is none.
func bareBoundary(contentType string) string {
	for parameter := range strings.SplitSeq(contentType, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if strings.EqualFold(name, "boundary") && !strings.ContainsAny(value, "\"\\ \t") {
			return value
		}
	}
	return ""
}
