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

// The limits of one expression. Compile refuses an expression that exceeds one.
const (
	maxSource  = 2000 // bytes of its text
	maxNodes   = 500  // nodes of its syntax tree, counted once for each place where a shared node is used
	maxPattern = 200  // instructions of one compiled regular expression
)

// The grammar is a part of expr-lang's, whose parser reads the text. This package translates the syntax tree into Go
// closures, and refuses every node that it does not translate. In EBNF:
//
//	expression  = { "let" NAME "=" expression ";" } conditional .
//	conditional = binary [ "?" [ expression ] ":" expression ] | if .
//	if          = "if" expression "{" expression "}" "else" ( "{" expression "}" | if ) .
//	binary      = unary { operator unary | "|" call } .
//	unary       = { "not" | "!" | "-" | "+" } postfix .
//	postfix     = primary { ( "." | "?." ) NAME | "[" expression "]" | "[" [ expression ] ":" [ expression ] "]" } .
//	primary     = "nil" | "true" | "false" | NUMBER | STRING | NAME | "#" | "#index" | "." NAME | call | list |
//	              "(" expression ")" .
//	call        = [ "::" ] NAME "(" [ expression { "," expression } ] ")" .
//	list        = "[" [ expression { "," expression } ] "]" .
//
// Operators, loosest binding first:
//
//	|                                                         a | f(b) is f(a, b)
//	or ||
//	and &&
//	== != < > <= >= in contains startsWith endsWith matches   a < b < c is a < b and b < c
//	+ -
//	not !                                                     before a value, or before in, contains and so on
//	* / %
//	- +                                                       before a value
//	??                                                        a ?? b is a unless it is nil
//
// NAME is a variable of the delivery (see variables) or one that let declares. "#" is the item of the innermost loop,
// and ".x" in a loop is "#.x". The right side of matches is a STRING. Maps, ranges, powers, sequences, bytes, methods
// and all functions except those in functions and loops are refused: their result may differ between two runs, or
// their cost is not known before they run.

// expression is a compiled expression of a mapping. It is immutable: evaluations that run at the same time share
// it.
type expression struct {
	name   string // the mapping's field, such as "subject", for messages
	source string // the text, for the positions of errors
	eval   evalFunc
	vars   int // number of slots that its let variables need
}

// compiler translates the syntax tree of one expression into an evalFunc. It refuses nodes that it does not know,
// so that an update of the parser cannot add something to the language whose cost nobody has considered.
type compiler struct {
	failed *failure       // the first error; the code is unusable if there is one
	nodes  int            // compiled so far
	slots  int            // assigned to let variables so far; none is used twice
	names  map[string]int // slots of the let variables that are in scope
	depth  int            // of loops around the node
}

// parse compiles the text of an expression. The failure is nil, or it is the first error in the text, with its
// position.
func parse(source string) (expression, *failure) {
	if len(source) > maxSource {
		return expression{}, &failure{maxSource, fmt.Sprintf("the expression is longer than %d characters", maxSource)}
	}
	tree, err := parser.Parse(source + " ") // the space gives an error at the end a position of its own
	if err != nil {
		return expression{}, parseFailure(source, err)
	}
	c := &compiler{names: map[string]int{}}
	code := c.node(tree.Node)
	return expression{source: source, eval: code, vars: c.slots}, c.failed
}

// parseFailure translates an error of the parser, whose own message is for programmers, into a failure at the same
// characters of the source.
func parseFailure(source string, err error) *failure {
	var broken *file.Error
	if !errors.As(err, &broken) {
		return &failure{0, "the expression cannot be parsed"}
	}
	runes := []rune(source)
	from, to := min(broken.From, len(runes)), min(max(broken.To, broken.From+1), len(runes))
	if strings.TrimSpace(string(runes[from:])) == "" {
		return &failure{from, "the expression ends too early"}
	}
	return &failure{from, fmt.Sprintf("unexpected %q", string(runes[from:to]))}
}

// refuse records the first error, at the position of a node. The evalFunc that it returns is never called: it lets
// callers go on without checks of their own.
func (c *compiler) refuse(n ast.Node, format string, args ...any) evalFunc {
	if c.failed == nil {
		c.failed = &failure{n.Location().From, fmt.Sprintf(format, args...)}
	}
	return func(*evaluation) any { return nil }
}

// constant returns an evalFunc for a value that is known at compile time.
func constant(v any) evalFunc { return func(*evaluation) any { return v } }

// node compiles a node and everything below it.
func (c *compiler) node(n ast.Node) evalFunc {
	if c.nodes++; c.nodes > maxNodes || c.failed != nil {
		return c.refuse(n, "the expression has too many parts")
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
		return c.node(n.Node) // "?." is the same as ".": a missing member is never an error
	case *ast.MemberNode:
		of, key := c.node(n.Node), c.node(n.Property)
		return func(x *evaluation) any { return x.member(at, of(x), key(x)) }
	case *ast.SliceNode:
		of, from, to := c.node(n.Node), c.optional(n.From), c.optional(n.To)
		return func(x *evaluation) any { return x.slice(at, of(x), from(x), to(x)) }
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
		return c.refuse(n, "values have no methods: write lower(x), not x.lower()")
	}
	return c.refuse(n, "this syntax is not supported")
}

// optional compiles a node that may be absent, such as an end of a slice. An absent one evaluates to nil.
func (c *compiler) optional(n ast.Node) evalFunc {
	if n == nil {
		return constant(nil)
	}
	return c.node(n)
}

// identifier compiles a name. A let variable hides a variable of the delivery with the same name.
func (c *compiler) identifier(n *ast.IdentifierNode) evalFunc {
	if slot, ok := c.names[n.Value]; ok {
		return func(x *evaluation) any { return x.vars[slot] }
	}
	if of, ok := variables[n.Value]; ok {
		return of
	}
	names := slices.Sorted(maps.Keys(variables))
	return c.refuse(
		n,
		"unknown variable %q: the variables are %s and %s",
		n.Value,
		strings.Join(names[:len(names)-1], ", "),
		names[len(names)-1],
	)
}

// pointer compiles # and #index, which read the innermost loop.
func (c *compiler) pointer(n *ast.PointerNode) evalFunc {
	switch {
	case c.depth == 0:
		return c.refuse(n, "# is the item of a list and is valid only in functions such as filter")
	case n.Name == "":
		return func(x *evaluation) any { return x.scopes[len(x.scopes)-1].item }
	case n.Name == "index":
		return func(x *evaluation) any { return int64(x.scopes[len(x.scopes)-1].index) }
	}
	return c.refuse(n, "unknown variable #%s: use # or #index", n.Name)
}

// unary compiles an operator with one operand. A plus sign has no effect. Minus is a subtraction from 0, which
// detects overflow.
func (c *compiler) unary(n *ast.UnaryNode) evalFunc {
	of, at := c.node(n.Node), n.Location().From
	switch n.Operator {
	case "not", "!":
		return func(x *evaluation) any { return !x.truth(at, of(x)) }
	case "-":
		return func(x *evaluation) any { return x.arithmetic(at, "-", int64(0), of(x)) }
	}
	return of
}

// conditional compiles both "a ? b : c" and "if a { b } else { c }". Only one branch is evaluated.
func (c *compiler) conditional(n *ast.ConditionalNode) evalFunc {
	at := n.Cond.Location().From
	cond, yes, no := c.node(n.Cond), c.node(n.Exp1), c.node(n.Exp2)
	return func(x *evaluation) any {
		if x.truth(at, cond(x)) {
			return yes(x)
		}
		return no(x)
	}
}

// variable compiles a let declaration and the expression after it, which is the scope of the variable. The value is
// evaluated exactly once, before the expression.
func (c *compiler) variable(n *ast.VariableDeclaratorNode) evalFunc {
	value := c.node(n.Value)
	slot, before := c.slots, maps.Clone(c.names)
	c.slots++
	c.names[n.Name] = slot
	rest := c.node(n.Expr)
	c.names = before
	return func(x *evaluation) any {
		x.vars[slot] = value(x)
		return rest(x)
	}
}

// array compiles a list in brackets. It is not charged: its length is limited by maxNodes, and a loop around it
// pays for each of its nodes.
func (c *compiler) array(n *ast.ArrayNode) evalFunc {
	items := make([]evalFunc, len(n.Nodes))
	for i, item := range n.Nodes {
		items[i] = c.node(item)
	}
	return func(x *evaluation) any {
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = item(x)
		}
		return list
	}
}

// call compiles a call of a function or a loop. All arguments are evaluated before the function is called, and it
// is not called after an error.
func (c *compiler) call(n ast.Node, name string, arguments []ast.Node) evalFunc {
	if l, ok := loops[name]; ok {
		return c.loop(n, name, l, arguments)
	}
	f, ok := functions[name]
	if !ok {
		return c.refuse(n, "unknown function %s", name)
	}
	if len(arguments) < f.minArgs || len(arguments) > f.maxArgs {
		return c.refuse(n, "%s takes %s", name, f.takes())
	}
	args := make([]evalFunc, len(arguments))
	for i, a := range arguments {
		args[i] = c.node(a)
	}
	at := n.Location().From
	return func(x *evaluation) any {
		var values [3]any
		for i, a := range args {
			values[i] = a(x)
		}
		if x.failed != nil {
			return nil
		}
		return f.call(x, at, values[:len(args)])
	}
}

// pattern compiles the right side of matches, which must be constant. The time of Go's regular expressions is
// proportional to the length of the text times the size of the program. So the size is limited here, and each
// evaluation is charged for the product.
func (c *compiler) pattern(n ast.Node) (re *regexp.Regexp, size int) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		c.refuse(n, "the right side of matches must be a pattern in quotes")
		return nil, 0
	}
	tree, err := syntax.Parse(s.Value, syntax.Perl)
	if err != nil || !utf8.ValidString(s.Value) {
		c.refuse(n, "this is not a valid regular expression")
		return nil, 0
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil || len(program.Inst) > maxPattern {
		c.refuse(n, "the regular expression is too large")
		return nil, 0
	}
	re, err = regexp.Compile(s.Value)
	if err != nil {
		c.refuse(n, "this is not a valid regular expression")
	}
	return re, len(program.Inst)
}
