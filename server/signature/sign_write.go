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

// hashed is the hash that is signed with, also where the signature itself may name another.
func (sc *Scheme) hashed() string {
	if sc.Hash == "" {
		return "sha256"
	}
	return sc.Hash
}

// Encode writes the bytes of a signature as text.
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

// Write puts round the signature what its format has round it.
func (sc *Scheme) Write(e *hook.Endpoint, text, timestamp string) string {
	switch {
	case sc.Kind == Basic:
		return sc.Prefix + " " + base64.StdEncoding.EncodeToString([]byte(text))
	case sc.Kind == Token && sc.Prefix != "":
		return sc.Prefix + " " + text
	}
	switch sc.Format {
	case Prefixed:
		return sc.Prefix + text
	case Pairs:
		if sc.TimeBeside != "" {
			return sc.TimeBeside + "=" + timestamp + sc.Separator + sc.Prefix + "=" + text
		}
		return sc.Prefix + "=" + text
	case List:
		return sc.Prefix + "," + text
	case AlgorithmPair:
		return sc.hashed() + "=" + text
	case PublicKeyPair:
		return e.Settings["public_key"] + "|" + text
	}
	return text
}

// place writes a text to where a selector reads it; item is the path of the item that it may be in.
func (q *Request) place(at payload.Selector, text, item string) error {
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
	return nil // a timestamp beside the signature is written with it
}

// SetHeader gives a record one value of a header, and keeps the names canonical and sorted.
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
