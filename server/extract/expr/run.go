package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// code works out one expression, or a part of one. Values are nil, bool, int64, float64, string, []any and
// map[string]any.
type code func(x *run) any

// The bounds of what one delivery may cost. A step is some twenty nanoseconds of work, or as many bytes of memory: a
// count of them, other than a clock, makes the same of the same delivery always.
const (
	maxSteps = 1_000_000
	maxText  = 64 << 10 // bytes of a text that an expression sees or makes
)

// run is one delivery while its expressions are worked out.
type run struct {
	record *hook.Record
	left   int      // steps
	spent  int      // steps for reading the delivery, which has as many of its own
	over   bool     // there was too much to read, or to work out
	failed *failure // the first thing that went wrong; nothing is worth anything after it

	vars   []any
	scopes []scope // of the loops, the innermost last

	body, headers, query, text any // once they are read
	read                       [4]bool
}

// scope is where a loop stands.
type scope struct {
	item  any
	index int
}

// failure is what went wrong in an expression, and where: counted in characters from its beginning.
type failure struct {
	at   int
	text string // "… cannot be …", to be put behind a place
}

func (x *run) fail(at int, format string, args ...any) any {
	if x.failed == nil {
		x.failed = &failure{at, fmt.Sprintf(format, args...)}
	}
	return nil
}

// pay takes steps off what is left; false where the expressions must stop.
func (x *run) pay(at, steps int) bool {
	if x.left -= steps; x.left < 0 || x.over {
		x.over = true
		x.fail(at, "this takes too long")
	}
	return x.failed == nil
}

// spend counts steps for reading the delivery, or JSON within it; false where there is too much to read.
func (x *run) spend(steps int) bool {
	x.spent += steps
	x.over = x.over || x.spent > maxSteps
	return !x.over
}

// payFor pays for going through a text, or making one.
func (x *run) payFor(at int, text string) bool { return x.pay(at, 1+len(text)/16) }

// truth reads a condition. What is missing is not so.
func (x *run) truth(at int, v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	}
	x.fail(at, "this must be true or false, and is %s", kind(v))
	return false
}

// texts reads operands that must be text; false where one is missing or is none.
func (x *run) texts(at int, what string, values ...any) bool {
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			return false
		case string:
			if !x.payFor(at, v) {
				return false
			}
		default:
			x.fail(at, "%s wants text, and this is %s", what, kind(v))
			return false
		}
	}
	return true
}

// list reads what a loop goes through. What is missing is an empty list.
func (x *run) list(at int, what string, v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	x.fail(at, "%s wants a list, and this is %s", what, kind(v))
	return nil
}

// member looks into an object or a list; nothing where it is not there.
func (x *run) member(at int, of, key any) any {
	switch of := of.(type) {
	case map[string]any:
		if name, ok := written(key); ok && x.payFor(at, name) {
			return of[name]
		}
	case []any:
		i, ok := key.(int64)
		if i < 0 {
			i += int64(len(of))
		}
		if ok && i >= 0 && i < int64(len(of)) {
			return of[i]
		}
	}
	return nil
}

// part is x[from:to] of a text or a list, both counted from its end where they are negative.
func (x *run) part(at int, of, from, to any) any {
	runes, isText := []rune(nil), false
	n := 0
	switch of := of.(type) {
	case nil:
		return nil
	case string:
		if !x.pay(at, 1+len(of)) {
			return nil
		}
		runes, isText = []rune(of), true
		n = len(runes)
	case []any:
		n = len(of)
	default:
		return x.fail(at, "only a part of a text or a list can be taken, and this is %s", kind(of))
	}
	begin, ok := place(from, n, 0)
	end, also := place(to, n, n)
	if !ok || !also {
		return x.fail(at, "where a part begins and ends must be whole numbers")
	}
	end = max(begin, end)
	if isText {
		return string(runes[begin:end])
	}
	return of.([]any)[begin:end]
}

func place(v any, n, otherwise int) (int, bool) {
	if v == nil {
		return otherwise, true
	}
	i, ok := v.(int64)
	if i < 0 {
		i += int64(n)
	}
	return int(min(max(i, 0), int64(n))), ok
}

// written is a scalar as text; false for anything else.
func written(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), !math.IsInf(v, 0) && !math.IsNaN(v)
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// kind says in words what sort of value it is.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case string:
		return "text"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// placeIn says where in a source something stands.
func placeIn(source string, at int) string {
	line, column := 1, 1
	for _, c := range []rune(source)[:min(at, len([]rune(source)))] {
		column++
		if c == '\n' {
			line, column = line+1, 1
		}
	}
	if !strings.Contains(source, "\n") {
		return fmt.Sprintf("character %d", column)
	}
	return fmt.Sprintf("line %d, character %d", line, column)
}
