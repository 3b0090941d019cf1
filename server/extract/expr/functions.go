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

// function is a function that expressions can call. It returns nil if an argument is nil, and fails if one has the
// wrong type. It must return the same for the same arguments, and charge for work and memory that grow with their
// size.
type function struct {
	minArgs, maxArgs int // number of arguments, at most three
	// call evaluates the function for arguments that were evaluated without an error. at is the position of its name.
	call func(x *evaluation, at int, args []any) any
}

// takes describes the number of arguments, for messages.
func (f function) takes() string {
	counts := []string{"no arguments", "one argument", "two arguments", "three arguments"}
	if f.minArgs == f.maxArgs {
		return counts[f.minArgs]
	}
	return fmt.Sprintf("%s or %s", strings.Fields(counts[f.minArgs])[0], counts[f.maxArgs])
}

// functions are the functions of the language. Functions of expr-lang are missing here if they return different
// results for the same delivery, such as now, or if their cost is not known before they run, such as repeat.
var functions = map[string]function{
	"lower":      {1, 1, unaryText("lower", strings.ToLower)},
	"upper":      {1, 1, unaryText("upper", strings.ToUpper)},
	"fromBase64": {1, 1, fromBase64},
	"fromJSON":   {1, 1, fromJSON},
	"trim":       {1, 2, binaryText("trim", strings.Trim, strings.TrimSpace)},
	"trimPrefix": {2, 2, binaryText("trimPrefix", strings.TrimPrefix, nil)},
	"trimSuffix": {2, 2, binaryText("trimSuffix", strings.TrimSuffix, nil)},
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
	"first":      {1, 1, element("first", 0)},
	"last":       {1, 1, element("last", -1)},
}

// unaryText makes a function that converts one text to another.
func unaryText(name string, f func(string) string) func(*evaluation, int, []any) any {
	return func(x *evaluation, at int, args []any) any {
		if !x.texts(at, name, args[0]) {
			return nil
		}
		made := f(args[0].(string))
		return x.newText(at, len(made), func() string { return made })
	}
}

// binaryText makes a function that shortens its first text by its second. alone is called if there is only one
// argument; nil if two are required.
func binaryText(name string, f func(s, t string) string, alone func(string) string) func(*evaluation, int, []any) any {
	return func(x *evaluation, at int, args []any) any {
		if !x.texts(at, name, args...) {
			return nil
		}
		if len(args) == 1 {
			return alone(args[0].(string))
		}
		return f(args[0].(string), args[1].(string))
	}
}

// element makes a function that returns one item of a list, counted from the end if which is negative.
func element(name string, which int64) func(*evaluation, int, []any) any {
	return func(x *evaluation, at int, args []any) any { return x.member(at, x.list(at, name, args[0]), which) }
}

// replace replaces all occurrences. The size of the result is computed first, because it can be the product of the
// sizes of two texts.
func replace(x *evaluation, at int, args []any) any {
	if !x.texts(at, "replace", args...) {
		return nil
	}
	s, was, now := args[0].(string), args[1].(string), args[2].(string)
	size := len(s) + strings.Count(s, was)*(len(now)-len(was))
	return x.newText(at, size, func() string { return strings.ReplaceAll(s, was, now) })
}

// split charges for the items that it creates, and texts has charged for the text itself. The items share its
// memory.
func split(x *evaluation, at int, args []any) any {
	if !x.texts(at, "split", args...) {
		return nil
	}
	s, by := args[0].(string), args[1].(string)
	if !x.charge(at, 2*strings.Count(s, by)) {
		return nil
	}
	pieces := strings.Split(s, by)
	list := make([]any, len(pieces))
	for i, piece := range pieces {
		list[i] = piece
	}
	return list
}

// join joins scalars to one text.
func join(x *evaluation, at int, args []any) any {
	list, by := x.list(at, "join", args[0]), ""
	if len(args) == 2 {
		if !x.texts(at, "join", args[1]) {
			return nil
		}
		by = args[1].(string)
	}
	if !x.charge(at, len(list)) || args[0] == nil {
		return nil
	}
	pieces, size := make([]string, len(list)), 0
	for i, item := range list {
		piece, ok := scalarText(item)
		if !ok {
			return x.fail(at, "join expects text and numbers, but got %s", typeName(item))
		}
		pieces[i] = piece
		size += len(piece) + len(by)
	}
	return x.newText(at, size, func() string { return strings.Join(pieces, by) })
}

// toText converts a scalar to text: a float without an exponent, and without a fraction of zeros.
func toText(x *evaluation, at int, args []any) any {
	if args[0] == nil {
		return nil
	}
	s, ok := scalarText(args[0])
	if !ok {
		return x.fail(at, "%s cannot be converted to text", typeName(args[0]))
	}
	return s
}

// toInt converts a number, or a decimal text, to an integer. A float loses its fraction.
func toInt(x *evaluation, at int, args []any) any {
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
	return x.fail(at, "the value is not a whole number")
}

// toFloat converts a number, or text with one, to a float.
func toFloat(x *evaluation, at int, args []any) any {
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
		return x.fail(at, "the value is not a number")
	}
	return f
}

// rounded makes a function that rounds a float to an integer. Integers stay as they are.
func rounded(name string, f func(float64) float64) func(*evaluation, int, []any) any {
	return func(x *evaluation, at int, args []any) any {
		switch v := args[0].(type) {
		case nil, int64:
			return v
		case float64:
			return x.integer(at, f(v))
		}
		return x.fail(at, "%s expects a number, but got %s", name, typeName(args[0]))
	}
}

// integer converts a float to an integer and drops the fraction. It fails beyond 64 bits.
func (x *evaluation) integer(at int, f float64) any {
	if math.Abs(f) >= 1<<63 {
		return x.fail(at, "the number is too large")
	}
	return int64(f)
}

// abs returns the absolute value. It fails for the smallest integer, whose absolute value does not fit into 64
// bits.
func abs(x *evaluation, at int, args []any) any {
	switch v := args[0].(type) {
	case nil:
		return nil
	case int64:
		if v < 0 {
			return x.integerArithmetic(at, "-", 0, v)
		}
		return v
	case float64:
		return math.Abs(v)
	}
	return x.fail(at, "abs expects a number, but got %s", typeName(args[0]))
}

// length returns the number of characters of a text, of items of a list, or of members of an object.
func length(x *evaluation, at int, args []any) any {
	switch v := args[0].(type) {
	case nil:
		return nil
	case string:
		x.chargeText(at, v)
		return int64(utf8.RuneCountInString(v))
	case []any:
		return int64(len(v))
	case map[string]any:
		return int64(len(v))
	}
	return x.fail(at, "len expects text, a list or an object, but got %s", typeName(args[0]))
}

// fromBase64 decodes standard base64 with padding. It fails if the result is not UTF-8.
func fromBase64(x *evaluation, at int, args []any) any {
	if !x.texts(at, "fromBase64", args[0]) {
		return nil
	}
	plain, err := base64.StdEncoding.DecodeString(args[0].(string))
	if err != nil || !utf8.Valid(plain) {
		return x.fail(at, "the value is not base64-encoded text")
	}
	return x.newText(at, len(plain), func() string { return string(plain) })
}

// fromJSON parses a text as JSON. Parsing is charged like reading the delivery, and the text like other texts.
func fromJSON(x *evaluation, at int, args []any) any {
	if !x.texts(at, "fromJSON", args[0]) || !x.charge(at, len(args[0].(string))) {
		return nil
	}
	v, ok := payload.Decode([]byte(args[0].(string)), x.chargeReading)
	if x.over {
		return x.fail(at, "the evaluation takes too long")
	}
	if !ok {
		return x.fail(at, "the text is not valid JSON")
	}
	return v
}
