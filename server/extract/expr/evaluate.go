package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// evalFunc evaluates one node of an expression. Values are nil, bool, int64, float64, string, []any and
// map[string]any.
//
// The evaluation model: an expression is a tree of closures. There are no statements, no side effects and no
// recursion, and loops run over lists that exist, so every evaluation ends. A node returns its value, and records
// an error in x.failed. Evaluation goes on after an error, because most nodes are cheap; loops and functions stop,
// and the value of the expression is discarded. Operands are evaluated from left to right; and, or, ??, ?: and
// loops evaluate only the operands that they need.
//
// A missing value is nil and not an error: a member of nil is nil, arithmetic and functions return nil for it, a
// comparison with it is false, as a condition it is false, and as a list it is empty. A value of the wrong type is
// an error.
type evalFunc func(x *evaluation) any

// The limits of one delivery. A step is about 20 nanoseconds of work, or 20 bytes of memory. It is counted before the
// work is done. Unlike a time limit, a number of steps gives the same result for the same delivery on every machine.
const (
	maxSteps = 1_000_000 // for reading the delivery, and as many again for evaluating all expressions
	maxText  = 64 << 10  // bytes of the variable text, and of each text that an expression creates
)

// evaluation is the state while the expressions of one mapping are evaluated on one delivery. Mapping.read makes
// one; one goroutine uses it. Each part of the delivery is read once, when an expression first needs it. All
// expressions share the steps, but an error ends only the expression in which it occurs, unless the steps are used
// up.
type evaluation struct {
	record *hook.Record
	left   int      // steps left for evaluating
	spent  int      // steps spent on reading the delivery, at most maxSteps
	over   bool     // one of the two limits is exceeded
	failed *failure // the first error of the current expression; values after it are meaningless

	vars   []any   // let variables by slot
	scopes []scope // of the loops around the current node, innermost last

	body, headers, query, text any     // variables of the delivery, once they are read
	read                       [4]bool // which of the four are read
}

// scope is the current position of a loop, for # and #index.
type scope struct {
	item  any
	index int
}

// failure is an error in an expression, at compile time or when it is evaluated. Its position is the offset of a
// character (not of a byte) from the beginning of the text. It is that of the node that failed: of an operator, of
// a function's name, of a member's name, of a condition. If the text cannot be parsed, it is where the parser
// stopped. position writes it for people, counted from 1.
type failure struct {
	at   int    // offset in characters
	text string // what is wrong, without the position and without a full stop
}

// fail records the first error, at the position of a node, and returns nil as the value of the node.
func (x *evaluation) fail(at int, format string, args ...any) any {
	if x.failed == nil {
		x.failed = &failure{at, fmt.Sprintf(format, args...)}
	}
	return nil
}

// charge counts steps before the work that they are for. It returns false if evaluating must stop, because the
// steps are used up or because of an earlier error.
func (x *evaluation) charge(at, steps int) bool {
	if x.left -= steps; x.left < 0 || x.over {
		x.over = true
		x.fail(at, "the evaluation takes too long")
	}
	return x.failed == nil
}

// chargeReading counts steps for reading the delivery, or JSON inside it. It returns false if the limit is
// exceeded.
func (x *evaluation) chargeReading(steps int) bool {
	x.spent += steps
	x.over = x.over || x.spent > maxSteps
	return !x.over
}

// chargeText charges for reading a whole text, or for creating one.
func (x *evaluation) chargeText(at int, text string) bool { return x.charge(at, 1+len(text)/16) }

// truth converts a value to a condition. nil is false.
func (x *evaluation) truth(at int, v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	}
	x.fail(at, "expected true or false, but got %s", typeName(v))
	return false
}

// texts reports whether all values are text, and charges for them. It returns false without an error if one is nil.
// what is the function or operator, for the message.
func (x *evaluation) texts(at int, what string, values ...any) bool {
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			return false
		case string:
			if !x.chargeText(at, v) {
				return false
			}
		default:
			x.fail(at, "%s expects text, but got %s", what, typeName(v))
			return false
		}
	}
	return true
}

// list converts the argument of a loop to a list. nil is an empty list.
func (x *evaluation) list(at int, what string, v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	x.fail(at, "%s expects a list, but got %s", what, typeName(v))
	return nil
}

// member returns a member of an object, or an item of a list, counted from the end if the key is negative. It
// returns nil if there is none, and also if the value is neither an object nor a list.
func (x *evaluation) member(at int, of, key any) any {
	switch of := of.(type) {
	case map[string]any:
		if name, ok := scalarText(key); ok && x.chargeText(at, name) {
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

// slice evaluates v[from:to] for a text, in characters, or for a list. Negative positions count from the end, and
// positions outside are moved to the nearest end.
func (x *evaluation) slice(at int, of, from, to any) any {
	runes, isText := []rune(nil), false
	n := 0
	switch of := of.(type) {
	case nil:
		return nil
	case string:
		if !x.charge(at, 1+len(of)) {
			return nil
		}
		runes, isText = []rune(of), true
		n = len(runes)
	case []any:
		n = len(of)
	default:
		return x.fail(at, "[from:to] expects text or a list, but got %s", typeName(of))
	}
	begin, ok := sliceIndex(from, n, 0)
	end, also := sliceIndex(to, n, n)
	if !ok || !also {
		return x.fail(at, "from and to in [from:to] must be whole numbers")
	}
	end = max(begin, end)
	if isText {
		return string(runes[begin:end])
	}
	return of.([]any)[begin:end]
}

// sliceIndex converts one end of a slice to a position between 0 and n. nil is otherwise. It returns false if the
// value is not an integer.
func sliceIndex(v any, n, otherwise int) (int, bool) {
	if v == nil {
		return otherwise, true
	}
	i, ok := v.(int64)
	if i < 0 {
		i += int64(n)
	}
	return int(min(max(i, 0), int64(n))), ok
}

// scalarText returns a scalar as text. It returns false for nil, lists, objects and numbers that are not finite.
func scalarText(v any) (string, bool) {
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

// typeName names the type of a value, for messages.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "nil"
	case bool:
		return "a boolean"
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

// position describes an offset in a source for people: line and character, both counted from 1. The line is left
// out if there is only one.
func position(source string, at int) string {
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
