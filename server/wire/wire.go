// Package wire contains every JSON object that leaves the process: in answers of the REST API, in frames of the live
// connection, and on status pages' sockets. Each is one Go type, which openapi.json describes and from which the
// dashboard's TypeScript types are generated, so that the contract has a single source.
//
// The types carry the descriptions that API users read (doc tags). Functions named NewX convert the program's
// own types, which have no JSON encoding. Objects that are written for each received delivery also have an
// AppendX function, which writes exactly what encoding/json would, at a fifth of the cost; tests compare the
// two.
//
// The package promises that the contract only grows: fields are added, and a renamed field is also sent under its old
// name, which has the tag deprecated:"true", until the first tagged release.
//
// Start reading with Delivery (delivery.go) and Status (status.go), then Frame (frame.go), which carries both.
package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// The append functions take a key with everything around it, such as `,"seq":`, so that an object is written without
// any decision about commas.

// AppendString appends key and a string as encoding/json writes it. Most strings need no escaping and take the
// fast path.
func AppendString(b []byte, key, value string) []byte {
	b = append(b, key...)
	if strings.IndexFunc(value, needsEscape) < 0 {
		b = append(b, '"')
		b = append(b, value...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return append(b, `""`...) // impossible: encoding/json accepts every string
	}
	return append(b, quoted...)
}

// needsEscape reports whether encoding/json may write c in another form. It is also true for all characters outside
// ASCII, of which some are escaped; AppendString leaves those to encoding/json.
func needsEscape(c rune) bool {
	return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
}

// AppendNonEmpty appends key and a string, or nothing if the string is empty.
func AppendNonEmpty(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return AppendString(b, key, value)
}

// AppendNonZero appends key and a number, or nothing if the number is 0.
func AppendNonZero(b []byte, key string, n int64) []byte {
	if n == 0 {
		return b
	}
	return AppendInt(b, key, n)
}

// AppendInt appends key and a number.
func AppendInt(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(append(b, key...), n, 10)
}

// AppendIfTrue appends key and true, or nothing if value is false.
func AppendIfTrue(b []byte, key string, value bool) []byte {
	if !value {
		return b
	}
	return append(append(b, key...), "true"...)
}

// AppendTime appends key and a time as hook.Time encodes it.
func AppendTime(b []byte, key string, at hook.Time) []byte {
	return append(at.Append(append(append(b, key...), '"')), '"')
}

// appendList appends key and a list of strings. A nil list is null, as in encoding/json.
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
