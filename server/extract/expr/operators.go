package expr

import (
	"cmp"
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"
)

func (c *compiler) binary(n *ast.BinaryNode) code {
	at, op := n.Location().From, n.Operator
	if op == "matches" {
		return c.matches(n)
	}
	a, b := c.node(n.Left), c.node(n.Right)
	switch op {
	case "and", "&&":
		return func(x *run) any { return x.truth(at, a(x)) && x.truth(at, b(x)) }
	case "or", "||":
		return func(x *run) any { return x.truth(at, a(x)) || x.truth(at, b(x)) }
	case "??":
		return func(x *run) any {
			if v := a(x); v != nil {
				return v
			}
			return b(x)
		}
	case "==":
		return func(x *run) any { return x.same(at, a(x), b(x)) }
	case "!=":
		return func(x *run) any { return !x.same(at, a(x), b(x)) }
	case "<", ">", "<=", ">=":
		return func(x *run) any { return x.ordered(at, op, a(x), b(x)) }
	case "in":
		return func(x *run) any { return x.within(at, a(x), b(x)) }
	case "contains", "startsWith", "endsWith":
		holds := map[string]func(a, b string) bool{"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix}[op]
		return func(x *run) any {
			text, piece := a(x), b(x)
			return x.texts(at, op, text, piece) && holds(text.(string), piece.(string))
		}
	case "+", "-", "*", "/", "%":
		return func(x *run) any { return x.arithmetic(at, op, a(x), b(x)) }
	}
	return c.refuse(n, "%q cannot be used here", op)
}

func (c *compiler) matches(n *ast.BinaryNode) code {
	text, at := c.node(n.Left), n.Location().From
	re, size := c.pattern(n.Right)
	return func(x *run) any {
		v := text(x)
		if !x.texts(at, "matches", v) {
			return false
		}
		s := v.(string)
		return x.pay(at, len(s)*size/2) && re.MatchString(s)
	}
}

// same compares scalars. Nothing is the same as nothing alone.
func (x *run) same(at int, a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if m, n, ok := floats(a, b); ok {
		i, whole := a.(int64)
		j, also := b.(int64)
		if whole && also {
			return i == j
		}
		return m == n
	}
	_, scalar := written(a)
	_, also := written(b)
	if !scalar || !also {
		x.fail(at, "lists and objects cannot be compared")
		return false
	}
	if s, ok := a.(string); ok && !x.payFor(at, s) {
		return false
	}
	return a == b
}

// ordered compares numbers, or texts. What is missing is neither less nor more than anything.
func (x *run) ordered(at int, op string, a, b any) bool {
	var order int
	s, isText := a.(string)
	t, also := b.(string)
	m, n, areNumbers := floats(a, b)
	switch {
	case a == nil || b == nil:
		return false
	case isText && also:
		if !x.payFor(at, s) {
			return false
		}
		order = strings.Compare(s, t)
	case areNumbers:
		order = cmp.Compare(m, n)
		i, whole := a.(int64)
		if j, too := b.(int64); whole && too {
			order = cmp.Compare(i, j)
		}
	default:
		x.fail(at, "%s and %s cannot be compared with %s", kind(a), kind(b), op)
		return false
	}
	switch op {
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	default:
		return order >= 0
	}
}

func (x *run) within(at int, a, b any) bool {
	switch b := b.(type) {
	case nil:
		return false
	case []any:
		for _, item := range b {
			if !x.pay(at, 1) {
				return false
			}
			if _, scalar := written(item); scalar && x.same(at, a, item) {
				return true
			}
		}
		return false
	case map[string]any:
		name, isText := a.(string)
		if !isText || !x.payFor(at, name) {
			return false
		}
		_, has := b[name]
		return has
	}
	x.fail(at, "in wants a list or an object, and this is %s", kind(b))
	return false
}

// floats reads two numbers.
func floats(a, b any) (m, n float64, ok bool) {
	m, ok = float(a)
	n, also := float(b)
	return m, n, ok && also
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// arithmetic computes. With something missing it gives nothing; + also joins text with what can be written.
func (x *run) arithmetic(at int, op string, a, b any) any {
	if a == nil || b == nil || x.failed != nil {
		return nil
	}
	_, isText := a.(string)
	_, also := b.(string)
	if op == "+" && (isText || also) {
		return x.joined(at, a, b)
	}
	m, n, ok := floats(a, b)
	if !ok {
		return x.fail(at, "%s and %s do not go together with %s", kind(a), kind(b), op)
	}
	i, whole := a.(int64)
	if j, too := b.(int64); whole && too && op != "/" {
		return x.whole(at, op, i, j)
	}
	var r float64
	switch op {
	case "+":
		r = m + n
	case "-":
		r = m - n
	case "*":
		r = m * n
	case "/":
		r = m / n
	default:
		return x.fail(at, "%% wants whole numbers")
	}
	if math.IsInf(r, 0) || math.IsNaN(r) {
		return x.fail(at, "the number is too large, or divided by 0")
	}
	return r
}

func (x *run) whole(at int, op string, i, j int64) any {
	var r int64
	var fits bool
	switch op {
	case "+":
		r = i + j
		fits = (r > i) == (j > 0)
	case "-":
		r = i - j
		fits = (r < i) == (j > 0)
	case "*":
		r = i * j
		fits = i == 0 || r/i == j && (i != -1 || j != math.MinInt64)
	default:
		if fits = j != 0; fits {
			r = i % j
		}
	}
	if !fits {
		return x.fail(at, "the number is too large, or divided by 0")
	}
	return r
}

func (x *run) joined(at int, a, b any) any {
	s, ok := written(a)
	t, also := written(b)
	if !ok || !also {
		return x.fail(at, "%s and %s do not go together with +", kind(a), kind(b))
	}
	return x.made(at, len(s)+len(t), func() string { return s + t })
}

// made makes a text of so many bytes, where that is not too long.
func (x *run) made(at, size int, make func() string) any {
	if size > maxText {
		return x.fail(at, "the text gets longer than %d KiB", maxText>>10)
	}
	if !x.pay(at, 1+size/16) {
		return nil
	}
	return make()
}
