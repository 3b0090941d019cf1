package provider

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
)

// hashed is the hash that is signed with, also where the signature itself may name another.
func (ru *rule) hashed() string {
	if ru.hash == "" {
		return "sha256"
	}
	return ru.hash
}

func (c coding) encode(sum []byte) string {
	switch c {
	case inBase64:
		return base64.StdEncoding.EncodeToString(sum)
	case inBase64URL:
		return base64.RawURLEncoding.EncodeToString(sum)
	default:
		return hex.EncodeToString(sum)
	}
}

// written puts round the signature what its format has round it.
func (ru *rule) written(q *request, text, stamp string) string {
	switch {
	case ru.kind == basic:
		return ru.mark + " " + base64.StdEncoding.EncodeToString([]byte(text))
	case ru.kind == token && ru.mark != "":
		return ru.mark + " " + text
	}
	switch ru.format {
	case prefixed:
		return ru.mark + text
	case pairs:
		if name, beside := strings.CutPrefix(ru.time, "pair:"); beside {
			return name + "=" + stamp + ru.between + ru.mark + "=" + text
		}
		return ru.mark + "=" + text
	case list:
		return ru.mark + "," + text
	case algo:
		return ru.hashed() + "=" + text
	case named:
		return q.endpoint.Settings["public_key"] + "|" + text
	}
	return text
}

// place writes a text to a spot; item is the path of the item that a spot may be in.
func (q *request) place(spot, text, item string) error {
	where, name, _ := strings.Cut(spot, ":")
	switch where {
	case "header":
		SetHeader(q.record, name, text)
	case "query":
		if q.record.Query != "" {
			q.record.Query += "&"
		}
		q.record.Query += url.QueryEscape(name) + "=" + url.QueryEscape(text)
	case "form":
		q.record.Body = append(q.record.Body, "&"+url.QueryEscape(name)+"="+url.QueryEscape(text)...)
		q.form, q.items = nil, nil
	case "item", "body":
		if where == "item" {
			name = item + name
		}
		body, err := sjson.SetBytes(q.record.Body, name, text)
		if err != nil {
			return fmt.Errorf("sign the body: %w", err)
		}
		q.record.Body, q.object, q.items = body, nil, nil
	}
	return nil // "pair" stands beside the signature
}

// SetHeader gives a record one value of a header, and keeps the names canonical and sorted.
func SetHeader(r *hook.Record, name, value string) {
	name = http.CanonicalHeaderKey(name)
	i, there := slices.BinarySearchFunc(r.Headers, name, func(h hook.Header, name string) int { return strings.Compare(h.Name, name) })
	if there {
		r.Headers[i].Value = value
		return
	}
	r.Headers = slices.Insert(r.Headers, i, hook.Header{Name: name, Value: value})
}
