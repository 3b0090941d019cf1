package expr

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// The bounds of one expression.
const (
	maxSource  = 2000 // bytes
	maxParts   = 500  // the parser shares parts between places, so that a short source may hold far more than it shows
	maxPattern = 200  // instructions of a regular expression
)

// expression is one of a mapping's, ready to be worked out.
type expression struct {
	name   string // of its field
	source string
	code   code
	vars   int
}

// compiler turns what the parser read into code. What it does not know is refused, so that nothing new in the language
// can be used before somebody thought of what it may cost.
type compiler struct {
	failed *failure
	parts  int
	slots  int
	names  map[string]int // variables in scope
	depth  int            // of loops
}

// parse reads an expression; a failure says where it is wrong.
func parse(source string) (expression, *failure) {
	if len(source) > maxSource {
		return expression{}, &failure{maxSource, fmt.Sprintf("it is longer than %d characters", maxSource)}
	}
	tree, err := parser.Parse(source + " ") // so that the end is told from the last character
	if err != nil {
		return expression{}, misread(source, err)
	}
	c := &compiler{names: map[string]int{}}
	code := c.node(tree.Node)
	return expression{source: source, code: code, vars: c.slots}, c.failed
}

// misread says where the parser stumbled. Its own words are for programmers.
func misread(source string, err error) *failure {
	var broken *file.Error
	if !errors.As(err, &broken) {
		return &failure{0, "it cannot be read"}
	}
	runes := []rune(source)
	from, to := min(broken.From, len(runes)), min(max(broken.To, broken.From+1), len(runes))
	if strings.TrimSpace(string(runes[from:])) == "" {
		return &failure{from, "it ends too early"}
	}
	return &failure{from, fmt.Sprintf("%q is not expected", string(runes[from:to]))}
}

func (c *compiler) refuse(n ast.Node, format string, args ...any) code {
	if c.failed == nil {
		c.failed = &failure{n.Location().From, fmt.Sprintf(format, args...)}
	}
	return func(*run) any { return nil }
}

func constant(v any) code { return func(*run) any { return v } }

// node compiles any part.
func (c *compiler) node(n ast.Node) code {
	if c.parts++; c.parts > maxParts || c.failed != nil {
		return c.refuse(n, "it has too many parts")
	}
	at := n.Location().From
	switch n := n.(type) {
	case *ast.NilNode:
		return constant(nil)
	case *ast.BoolNode:
		return constant(n.Value)
	case *ast.IntegerNode:
		return constant(int64(n.Value))
	case *ast.FloatNode:
		return constant(n.Value)
	case *ast.StringNode:
		return constant(n.Value)
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.ChainNode:
		return c.node(n.Node) // nothing that is missing is an error, with or without "?."
	case *ast.MemberNode:
		of, key := c.node(n.Node), c.node(n.Property)
		return func(x *run) any { return x.member(at, of(x), key(x)) }
	case *ast.SliceNode:
		of, from, to := c.node(n.Node), c.optional(n.From), c.optional(n.To)
		return func(x *run) any { return x.part(at, of(x), from(x), to(x)) }
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.variable(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if name, plain := n.Callee.(*ast.IdentifierNode); plain {
			return c.call(n, name.Value, n.Arguments)
		}
		return c.refuse(n, "values have no functions of their own")
	}
	return c.refuse(n, "this cannot be used here")
}

func (c *compiler) optional(n ast.Node) code {
	if n == nil {
		return constant(nil)
	}
	return c.node(n)
}

func (c *compiler) identifier(n *ast.IdentifierNode) code {
	if slot, ok := c.names[n.Value]; ok {
		return func(x *run) any { return x.vars[slot] }
	}
	if of, ok := known[n.Value]; ok {
		return of
	}
	names := slices.Sorted(maps.Keys(known))
	return c.refuse(
		n,
		"%q is not known; there are %s and %s",
		n.Value,
		strings.Join(names[:len(names)-1], ", "),
		names[len(names)-1],
	)
}

func (c *compiler) pointer(n *ast.PointerNode) code {
	switch {
	case c.depth == 0:
		return c.refuse(n, "# stands for an item of a list, within functions such as filter")
	case n.Name == "":
		return func(x *run) any { return x.scopes[len(x.scopes)-1].item }
	case n.Name == "index":
		return func(x *run) any { return int64(x.scopes[len(x.scopes)-1].index) }
	}
	return c.refuse(n, "#%s is not known; there are # and #index", n.Name)
}

func (c *compiler) unary(n *ast.UnaryNode) code {
	of, at := c.node(n.Node), n.Location().From
	switch n.Operator {
	case "not", "!":
		return func(x *run) any { return !x.truth(at, of(x)) }
	case "-":
		return func(x *run) any { return x.arithmetic(at, "-", int64(0), of(x)) }
	}
	return of
}

func (c *compiler) conditional(n *ast.ConditionalNode) code {
	at := n.Cond.Location().From
	cond, yes, no := c.node(n.Cond), c.node(n.Exp1), c.node(n.Exp2)
	return func(x *run) any {
		if x.truth(at, cond(x)) {
			return yes(x)
		}
		return no(x)
	}
}

func (c *compiler) variable(n *ast.VariableDeclaratorNode) code {
	value := c.node(n.Value)
	slot, before := c.slots, maps.Clone(c.names)
	c.slots++
	c.names[n.Name] = slot
	rest := c.node(n.Expr)
	c.names = before
	return func(x *run) any {
		x.vars[slot] = value(x)
		return rest(x)
	}
}

func (c *compiler) array(n *ast.ArrayNode) code {
	items := make([]code, len(n.Nodes))
	for i, item := range n.Nodes {
		items[i] = c.node(item)
	}
	return func(x *run) any {
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = item(x)
		}
		return list
	}
}

func (c *compiler) call(n ast.Node, name string, arguments []ast.Node) code {
	if l, ok := loops[name]; ok {
		return c.loop(n, name, l, arguments)
	}
	f, ok := functions[name]
	if !ok {
		return c.refuse(n, "there is no function %s here", name)
	}
	if len(arguments) < f.least || len(arguments) > f.most {
		return c.refuse(n, "%s takes %s", name, f.takes())
	}
	args := make([]code, len(arguments))
	for i, a := range arguments {
		args[i] = c.node(a)
	}
	at := n.Location().From
	return func(x *run) any {
		var values [3]any
		for i, a := range args {
			values[i] = a(x)
		}
		if x.failed != nil {
			return nil
		}
		return f.do(x, at, values[:len(args)])
	}
}

// pattern compiles the right side of matches. Go's regular expressions take time in proportion to the text and to their
// own size, so it is the size that is bounded here, and the product that is paid for.
func (c *compiler) pattern(n ast.Node) (re *regexp.Regexp, size int) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		c.refuse(n, "behind matches stands a pattern in quotes")
		return nil, 0
	}
	tree, err := syntax.Parse(s.Value, syntax.Perl)
	if err != nil || !utf8.ValidString(s.Value) {
		c.refuse(n, "this is no regular expression")
		return nil, 0
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil || len(program.Inst) > maxPattern {
		c.refuse(n, "this regular expression is too large")
		return nil, 0
	}
	re, err = regexp.Compile(s.Value)
	if err != nil {
		c.refuse(n, "this is no regular expression")
	}
	return re, len(program.Inst)
}
