package signature

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/sjson"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// hashName returns the hash to sign with. A scheme whose signatures name their hash themselves has no fixed one.
func (sc *Scheme) hashName() string {
	if sc.Hash == "" {
		return "sha256"
	}
	return sc.Hash
}

// Encode encodes the bytes of a signature as text.
func (c Encoding) Encode(sum []byte) string {
	switch c {
	case Base64:
		return base64.StdEncoding.EncodeToString(sum)
	case Base64URL:
		return base64.RawURLEncoding.EncodeToString(sum)
	default:
		return hex.EncodeToString(sum)
	}
}

// Write returns the text of the header or field: the encoded signature with the prefix, the timestamp or the
// version that the format adds.
func (sc *Scheme) Write(e *hook.Endpoint, text, timestamp string) string {
	switch {
	case sc.Kind == Basic:
		return sc.Prefix + " " + base64.StdEncoding.EncodeToString([]byte(text))
	case (sc.Kind == Token || sc.Kind == JWT) && sc.Prefix != "":
		return sc.Prefix + " " + text
	}
	switch sc.Format {
	case Prefixed:
		if sc.TimeBeside != "" {
			return sc.TimeBeside + "=" + timestamp + sc.Separator + sc.Prefix + text
		}
		if sc.TimeFirst {
			return timestamp + sc.separator() + sc.Prefix + text
		}
		return sc.Prefix + text
	case Pairs:
		if sc.TimeBeside != "" {
			return sc.TimeBeside + "=" + timestamp + sc.Separator + sc.Prefix + "=" + text
		}
		return sc.Prefix + "=" + text
	case List:
		return sc.Prefix + "," + text
	case AlgorithmPair:
		return sc.hashName() + "=" + text
	case PublicKeyPair:
		return e.Settings["public_key"] + "|" + text
	}
	return text
}

// writeAt writes a text to the place that a selector reads. item is the path of the item that item selectors refer
// to. A zero selector writes nothing: the timestamp is then part of the signature's text.
func (q *Request) writeAt(at payload.Selector, text, item string) error {
	where, name, _ := strings.Cut(at.String(), ":")
	switch where {
	case "header":
		SetHeader(q.Record, name, text)
	case "query":
		if q.Record.Query != "" {
			q.Record.Query += "&"
		}
		q.Record.Query += url.QueryEscape(name) + "=" + url.QueryEscape(text)
	case "form":
		q.Record.Body = append(q.Record.Body, "&"+url.QueryEscape(name)+"="+url.QueryEscape(text)...)
		q.Changed()
	case "item", "body":
		if where == "item" {
			name = item + name
		}
		body, err := sjson.SetBytes(q.Record.Body, name, text)
		if err != nil {
			return fmt.Errorf("sign the body: %w", err)
		}
		q.Record.Body = body
		q.Changed()
	}
	return nil // a timestamp in a pair beside the signature is written by Write
}

// SetHeader sets a header of a record to one value. Names stay canonical and sorted, as records require.
func SetHeader(r *hook.Record, name, value string) {
	name = http.CanonicalHeaderKey(name)
	i, there := slices.BinarySearchFunc(r.Headers, name,
		func(h hook.Header, name string) int { return strings.Compare(h.Name, name) })
	if there {
		r.Headers[i].Value = value
		return
	}
	r.Headers = slices.Insert(r.Headers, i, hook.Header{Name: name, Value: value})
}
