package expr

import (
	"cmp"
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// binary compiles an operator with two operands. Errors have the position of the operator.
func (c *compiler) binary(n *ast.BinaryNode) evalFunc {
	at, op := n.Location().From, n.Operator
	if op == "matches" {
		return c.matches(n)
	}
	a, b := c.node(n.Left), c.node(n.Right)
	switch op {
	case "and", "&&":
		return func(x *evaluation) any { return x.truth(at, a(x)) && x.truth(at, b(x)) }
	case "or", "||":
		return func(x *evaluation) any { return x.truth(at, a(x)) || x.truth(at, b(x)) }
	case "??":
		return func(x *evaluation) any {
			if v := a(x); v != nil {
				return v
			}
			return b(x)
		}
	case "==":
		return func(x *evaluation) any { return x.equal(at, a(x), b(x)) }
	case "!=":
		return func(x *evaluation) any { return !x.equal(at, a(x), b(x)) }
	case "<", ">", "<=", ">=":
		return func(x *evaluation) any { return x.compare(at, op, a(x), b(x)) }
	case "in":
		return func(x *evaluation) any { return x.contains(at, a(x), b(x)) }
	case "contains", "startsWith", "endsWith":
		holds := map[string]func(a, b string) bool{
			"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
		}[op]
		return func(x *evaluation) any {
			text, piece := a(x), b(x)
			return x.texts(at, op, text, piece) && holds(text.(string), piece.(string))
		}
	case "+", "-", "*", "/", "%":
		return func(x *evaluation) any { return x.arithmetic(at, op, a(x), b(x)) }
	}
	return c.refuse(n, "the operator %q is not supported", op)
}

// matches compiles a match with a regular expression, which is charged for the length of the text times the size of
// the pattern.
func (c *compiler) matches(n *ast.BinaryNode) evalFunc {
	text, at := c.node(n.Left), n.Location().From
	re, size := c.pattern(n.Right)
	return func(x *evaluation) any {
		v := text(x)
		if !x.texts(at, "matches", v) {
			return false
		}
		s := v.(string)
		return x.charge(at, len(s)*size/2) && re.MatchString(s)
	}
}

// equal evaluates ==. nil equals only nil. Integers are compared exactly; an integer and a float are compared as
// floats. A text never equals a number. Lists and objects cannot be compared.
func (x *evaluation) equal(at int, a, b any) bool {
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
	_, scalar := scalarText(a)
	_, also := scalarText(b)
	if !scalar || !also {
		x.fail(at, "lists and objects cannot be compared")
		return false
	}
	if s, ok := a.(string); ok && !x.chargeText(at, s) {
		return false
	}
	return a == b
}

// compare evaluates <, >, <= and >= for two numbers or two texts, which are compared byte by byte. It is false if
// an operand is nil.
func (x *evaluation) compare(at int, op string, a, b any) bool {
	var order int
	s, isText := a.(string)
	t, also := b.(string)
	m, n, areNumbers := floats(a, b)
	switch {
	case a == nil || b == nil:
		return false
	case isText && also:
		if !x.chargeText(at, s) {
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
		x.fail(at, "%s and %s cannot be compared with %s", typeName(a), typeName(b), op)
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

// contains evaluates in: whether a list b has an item that equals a, or an object b has a member named a.
func (x *evaluation) contains(at int, a, b any) bool {
	switch b := b.(type) {
	case nil:
		return false
	case []any:
		for _, item := range b {
			if !x.charge(at, 1) {
				return false
			}
			if _, scalar := scalarText(item); scalar && x.equal(at, a, item) {
				return true
			}
		}
		return false
	case map[string]any:
		name, isText := a.(string)
		if !isText || !x.chargeText(at, name) {
			return false
		}
		_, has := b[name]
		return has
	}
	x.fail(at, "in expects a list or an object, but got %s", typeName(b))
	return false
}

// floats converts two numbers to floats; false if one is no number.
func floats(a, b any) (m, n float64, ok bool) {
	m, ok = float(a)
	n, also := float(b)
	return m, n, ok && also
}

// float converts a number to a float; false if it is no number. Large integers lose digits.
func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// arithmetic evaluates + - * / and %. It returns nil if an operand is nil. Two integers give an integer, except
// with /, which always gives a float. With a text, + concatenates. Overflow and division by 0 are errors.
func (x *evaluation) arithmetic(at int, op string, a, b any) any {
	if a == nil || b == nil || x.failed != nil {
		return nil
	}
	_, isText := a.(string)
	_, also := b.(string)
	if op == "+" && (isText || also) {
		return x.concat(at, a, b)
	}
	m, n, ok := floats(a, b)
	if !ok {
		return x.fail(at, "the operator %s cannot be applied to %s and %s", op, typeName(a), typeName(b))
	}
	i, whole := a.(int64)
	if j, too := b.(int64); whole && too && op != "/" {
		return x.integerArithmetic(at, op, i, j)
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
		return x.fail(at, "the operator %% expects whole numbers")
	}
	if math.IsInf(r, 0) || math.IsNaN(r) {
		return x.fail(at, "the result is too large, or the divisor is 0")
	}
	return r
}

// integerArithmetic evaluates + - * and % for integers, and fails on overflow and division by 0.
func (x *evaluation) integerArithmetic(at int, op string, i, j int64) any {
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
		return x.fail(at, "the result is too large, or the divisor is 0")
	}
	return r
}

// concat joins two scalars to a text.
func (x *evaluation) concat(at int, a, b any) any {
	s, ok := scalarText(a)
	t, also := scalarText(b)
	if !ok || !also {
		return x.fail(at, "the operator + cannot be applied to %s and %s", typeName(a), typeName(b))
	}
	return x.newText(at, len(s)+len(t), func() string { return s + t })
}

// newText returns what make returns, a text of size bytes. It fails, without calling make, if the text is too long
// or there are not enough steps.
func (x *evaluation) newText(at, size int, make func() string) any {
	if size > maxText {
		return x.fail(at, "the resulting text is longer than %d KiB", maxText>>10)
	}
	if !x.charge(at, 1+size/16) {
		return nil
	}
	return make()
}
