package expr

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"hookbeam/server/payload"
)

// function is one that expressions can call. Of what is missing it makes nothing.
type function struct {
	least, most int // arguments; three at most
	do          func(x *run, at int, args []any) any
}

func (f function) takes() string {
	counts := []string{"no arguments", "one argument", "two arguments", "three arguments"}
	if f.least == f.most {
		return counts[f.least]
	}
	return fmt.Sprintf("%s or %s", strings.Fields(counts[f.least])[0], counts[f.most])
}

// functions are those of the language that give the same for the same always, and whose cost can be said beforehand.
var functions = map[string]function{
	"lower":      {1, 1, ofText("lower", strings.ToLower)},
	"upper":      {1, 1, ofText("upper", strings.ToUpper)},
	"fromBase64": {1, 1, fromBase64},
	"fromJSON":   {1, 1, fromJSON},
	"trim":       {1, 2, ofTwo("trim", strings.Trim, strings.TrimSpace)},
	"trimPrefix": {2, 2, ofTwo("trimPrefix", strings.TrimPrefix, nil)},
	"trimSuffix": {2, 2, ofTwo("trimSuffix", strings.TrimSuffix, nil)},
	"replace":    {3, 3, replace},
	"split":      {2, 2, split},
	"join":       {1, 2, join},
	"string":     {1, 1, toText},
	"int":        {1, 1, toInt},
	"float":      {1, 1, toFloat},
	"round":      {1, 1, rounded("round", math.Round)},
	"floor":      {1, 1, rounded("floor", math.Floor)},
	"ceil":       {1, 1, rounded("ceil", math.Ceil)},
	"abs":        {1, 1, abs},
	"len":        {1, 1, length},
	"first":      {1, 1, end("first", 0)},
	"last":       {1, 1, end("last", -1)},
}

func ofText(name string, f func(string) string) func(*run, int, []any) any {
	return func(x *run, at int, args []any) any {
		if !x.texts(at, name, args[0]) {
			return nil
		}
		made := f(args[0].(string))
		return x.made(at, len(made), func() string { return made })
	}
}

func ofTwo(name string, f func(s, t string) string, alone func(string) string) func(*run, int, []any) any {
	return func(x *run, at int, args []any) any {
		if !x.texts(at, name, args...) {
			return nil
		}
		if len(args) == 1 {
			return alone(args[0].(string))
		}
		return f(args[0].(string), args[1].(string))
	}
}

func end(name string, which int64) func(*run, int, []any) any {
	return func(x *run, at int, args []any) any { return x.member(at, x.list(at, name, args[0]), which) }
}

func replace(x *run, at int, args []any) any {
	if !x.texts(at, "replace", args...) {
		return nil
	}
	s, was, now := args[0].(string), args[1].(string), args[2].(string)
	size := len(s) + strings.Count(s, was)*(len(now)-len(was))
	return x.made(at, size, func() string { return strings.ReplaceAll(s, was, now) })
}

func split(x *run, at int, args []any) any {
	if !x.texts(at, "split", args...) {
		return nil
	}
	s, by := args[0].(string), args[1].(string)
	if !x.pay(at, 2*strings.Count(s, by)) {
		return nil
	}
	pieces := strings.Split(s, by)
	list := make([]any, len(pieces))
	for i, piece := range pieces {
		list[i] = piece
	}
	return list
}

func join(x *run, at int, args []any) any {
	list, by := x.list(at, "join", args[0]), ""
	if len(args) == 2 {
		if !x.texts(at, "join", args[1]) {
			return nil
		}
		by = args[1].(string)
	}
	if !x.pay(at, len(list)) || args[0] == nil {
		return nil
	}
	pieces, size := make([]string, len(list)), 0
	for i, item := range list {
		piece, ok := written(item)
		if !ok {
			return x.fail(at, "join wants texts and numbers, and there is %s", kind(item))
		}
		pieces[i] = piece
		size += len(piece) + len(by)
	}
	return x.made(at, size, func() string { return strings.Join(pieces, by) })
}

func toText(x *run, at int, args []any) any {
	if args[0] == nil {
		return nil
	}
	s, ok := written(args[0])
	if !ok {
		return x.fail(at, "%s cannot be written as text", kind(args[0]))
	}
	return s
}

func toInt(x *run, at int, args []any) any {
	switch v := args[0].(type) {
	case nil, int64:
		return v
	case float64:
		return x.integer(at, v)
	case string:
		if len(v) < 100 {
			if i, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
				return i
			}
		}
	}
	return x.fail(at, "this is no whole number")
}

func toFloat(x *run, at int, args []any) any {
	if args[0] == nil {
		return nil
	}
	f, ok := float(args[0])
	if s, isText := args[0].(string); isText && len(s) < 100 {
		var err error
		f, err = strconv.ParseFloat(strings.TrimSpace(s), 64)
		ok = err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
	}
	if !ok {
		return x.fail(at, "this is no number")
	}
	return f
}

func rounded(name string, f func(float64) float64) func(*run, int, []any) any {
	return func(x *run, at int, args []any) any {
		switch v := args[0].(type) {
		case nil, int64:
			return v
		case float64:
			return x.integer(at, f(v))
		}
		return x.fail(at, "%s wants a number, and this is %s", name, kind(args[0]))
	}
}

// integer cuts what is behind the point.
func (x *run) integer(at int, f float64) any {
	if math.Abs(f) >= 1<<63 {
		return x.fail(at, "the number is too large")
	}
	return int64(f)
}

func abs(x *run, at int, args []any) any {
	switch v := args[0].(type) {
	case nil:
		return nil
	case int64:
		if v < 0 {
			return x.whole(at, "-", 0, v)
		}
		return v
	case float64:
		return math.Abs(v)
	}
	return x.fail(at, "abs wants a number, and this is %s", kind(args[0]))
}

func length(x *run, at int, args []any) any {
	switch v := args[0].(type) {
	case nil:
		return nil
	case string:
		x.payFor(at, v)
		return int64(utf8.RuneCountInString(v))
	case []any:
		return int64(len(v))
	case map[string]any:
		return int64(len(v))
	}
	return x.fail(at, "len wants text, a list or an object, and this is %s", kind(args[0]))
}

func fromBase64(x *run, at int, args []any) any {
	if !x.texts(at, "fromBase64", args[0]) {
		return nil
	}
	plain, err := base64.StdEncoding.DecodeString(args[0].(string))
	if err != nil || !utf8.Valid(plain) {
		return x.fail(at, "this is no text in base64")
	}
	return x.made(at, len(plain), func() string { return string(plain) })
}

func fromJSON(x *run, at int, args []any) any {
	if !x.texts(at, "fromJSON", args[0]) || !x.pay(at, len(args[0].(string))) {
		return nil
	}
	v, ok := payload.Decode([]byte(args[0].(string)), x.spend)
	if x.over {
		return x.fail(at, "this takes too long")
	}
	if !ok {
		return x.fail(at, "this is no JSON")
	}
	return v
}
