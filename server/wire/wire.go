// Package wire contains every JSON object that leaves the process: in answers of the REST API, in frames of the live
// connection, and on status pages' sockets. Each is one Go type, which openapi.json describes and from which the
// dashboard's TypeScript types are generated, so that the contract has a single source.
//
// The types carry the descriptions that API users read (doc tags). Functions named NewX convert the program's own
// types,
// which know nothing of JSON. Objects that are written for each received delivery also have an AppendX function, which
// writes exactly what encoding/json would, at a fifth of the cost; tests compare the two.
//
// A field with deprecated:"true" is an old name. It is sent beside the new one until the first tagged release.
package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// The append functions take a key with everything around it, such as `,"seq":`, so that an object is written without
// any decision about commas.

// AppendString writes a string as encoding/json would.
func AppendString(b []byte, key, value string) []byte {
	b = append(b, key...)
	if strings.IndexFunc(value, needsEscape) < 0 {
		b = append(b, '"')
		b = append(b, value...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return append(b, `""`...) // cannot happen: every string has a JSON form
	}
	return append(b, quoted...)
}

// needsEscape reports whether encoding/json writes c as anything but itself.
func needsEscape(c rune) bool {
	return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
}

// AppendNonEmpty writes a string unless it is empty.
func AppendNonEmpty(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return AppendString(b, key, value)
}

// AppendNonZero writes a number unless it is 0.
func AppendNonZero(b []byte, key string, n int64) []byte {
	if n == 0 {
		return b
	}
	return AppendInt(b, key, n)
}

// AppendInt writes a number.
func AppendInt(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(append(b, key...), n, 10)
}

// AppendIfTrue writes a boolean unless it is false.
func AppendIfTrue(b []byte, key string, value bool) []byte {
	if !value {
		return b
	}
	return append(append(b, key...), "true"...)
}

// AppendTime writes a time.
func AppendTime(b []byte, key string, at hook.Time) []byte {
	return append(at.Append(append(append(b, key...), '"')), '"')
}

// appendList writes a list of strings; nil is null, as encoding/json has it.
func appendList[T ~string](b []byte, key string, list []T) []byte {
	b = append(b, key...)
	if list == nil {
		return append(b, "null"...)
	}
	separator := "["
	for _, item := range list {
		b = AppendString(b, separator, string(item))
		separator = ","
	}
	if len(list) == 0 {
		b = append(b, '[')
	}
	return append(b, ']')
}
