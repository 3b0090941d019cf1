package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hookbeam/server/payload"
)

// verification numbers the code that interprets profiles. Raise it in a release whose code, with the same profiles,
// verifies deliveries that it rejected before: they are then offered to be verified again, see intake.Rechecker.
const verification = 1

// Fingerprint identifies how the sender signs: profiles have the same fingerprint if they verify the same deliveries.
// It is stored, so it is the same in every build and every process. A field that is not set does not count, so a
// release may add fields without changing the fingerprints of senders that do not use them.
func (p *Profile) Fingerprint() string {
	text := appendValue(strconv.AppendInt(nil, verification, 10), reflect.ValueOf(p).Elem())
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// appendValue appends a value of a profile as text. Different values have different texts, except for functions, which
// are only there or not.
func appendValue(b []byte, v reflect.Value) []byte {
	if v.CanInterface() {
		switch known := v.Interface().(type) {
		case payload.Selector:
			return strconv.AppendQuote(b, known.String())
		case *regexp.Regexp:
			if known != nil {
				return strconv.AppendQuote(b, known.String())
			}
		}
	}
	switch v.Kind() {
	case reflect.String:
		return strconv.AppendQuote(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, '0')
		}
		return appendValue(append(b, '&'), v.Elem())
	case reflect.Func:
		return append(b, "func"...)
	case reflect.Slice, reflect.Array:
		b = append(b, '[')
		for i := range v.Len() {
			b = append(appendValue(b, v.Index(i)), ',')
		}
		return append(b, ']')
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
		b = append(b, '<')
		for _, key := range keys {
			b = append(appendValue(append(appendValue(b, key), ':'), v.MapIndex(key)), ',')
		}
		return append(b, '>')
	case reflect.Struct:
		b = append(b, '{')
		for i := range v.NumField() {
			if field := v.Field(i); !field.IsZero() {
				b = append(b, v.Type().Field(i).Name...)
				b = append(appendValue(append(b, ':'), field), ',')
			}
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("a profile contains a %s", v.Type())) // a broken build: a test has every kind
	}
}
