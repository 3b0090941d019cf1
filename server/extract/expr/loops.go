package expr

import "github.com/expr-lang/expr/ast"

// loop is a function that evaluates a predicate for each item of a list and combines the results, such as
// filter(list, # > 1). It needs no more memory than what it returns.
type loop struct {
	predicateOptional bool       // without a predicate, the item itself is the result
	initial           func() any // the accumulator before the first item
	// step returns the accumulator after one more item. result is what the predicate returned for the item. done ends
	// the loop before the end of the list.
	step func(x *evaluation, at int, accumulator, item, result any) (next any, done bool)
}

// initialBool returns an initial accumulator of true or false.
func initialBool(b bool) func() any { return func() any { return b } }

// initialList is an initial accumulator of an empty list.
func initialList() any { return []any(nil) }

// initialNil is an initial accumulator of nil.
func initialNil() any { return nil }

// loops are the loops of the language. In each step, acc is the accumulator and result what the predicate returned.
// An expression that is a loop over a loop pays for each item of the inner one, so nesting cannot exceed maxSteps.
var loops = map[string]loop{
	// all returns whether the predicate is true for every item; true for an empty list.
	"all": {initial: initialBool(true), step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
		if !x.truth(at, result) {
			return false, true
		}
		return acc, false
	}},
	// any returns whether the predicate is true for at least one item.
	"any": {initial: initialBool(false), step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
		if x.truth(at, result) {
			return true, true
		}
		return acc, false
	}},
	// none returns whether the predicate is true for no item; true for an empty list.
	"none": {initial: initialBool(true), step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
		if x.truth(at, result) {
			return false, true
		}
		return acc, false
	}},
	// one returns whether the predicate is true for exactly one item.
	"one": {initial: initialBool(false), step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
		if !x.truth(at, result) {
			return acc, false
		}
		return acc == false, acc == true
	}},
	// find returns the first item for which the predicate is true, or nil.
	"find": {initial: initialNil, step: func(x *evaluation, at int, acc, item, result any) (any, bool) {
		if x.truth(at, result) {
			return item, true
		}
		return acc, false
	}},
	// findLast returns the last item for which the predicate is true, or nil.
	"findLast": {initial: initialNil, step: func(x *evaluation, at int, acc, item, result any) (any, bool) {
		if x.truth(at, result) {
			return item, false
		}
		return acc, false
	}},
	// count returns the number of items for which the predicate is true.
	"count": {
		predicateOptional: true,
		initial:           func() any { return int64(0) },
		step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
			if x.truth(at, result) {
				return acc.(int64) + 1, false
			}
			return acc, false
		},
	},
	// sum returns the sum of the results of the predicate, without those that are nil; 0 for an empty list.
	"sum": {
		predicateOptional: true,
		initial:           func() any { return int64(0) },
		step: func(x *evaluation, at int, acc, _, result any) (any, bool) {
			if result == nil {
				return acc, false
			}
			if _, ok := float(result); !ok {
				x.fail(at, "sum expects numbers, but got %s", typeName(result))
			}
			return x.arithmetic(at, "+", acc, result), false
		},
	},
	// filter returns the items for which the predicate is true.
	"filter": {initial: initialList, step: func(x *evaluation, at int, acc, item, result any) (any, bool) {
		if x.truth(at, result) {
			return append(acc.([]any), item), false
		}
		return acc, false
	}},
	// map returns the results of the predicate, in the order of the items.
	"map": {initial: initialList, step: func(_ *evaluation, _ int, acc, _, result any) (any, bool) {
		return append(acc.([]any), result), false
	}},
}

// loop compiles a call of a loop. Each item costs a step for every node of the predicate and two for the loop
// itself.
func (c *compiler) loop(n ast.Node, name string, l loop, arguments []ast.Node) evalFunc {
	if len(arguments) != 2 && (!l.predicateOptional || len(arguments) != 1) {
		return c.refuse(n, "%s takes a list and an expression for each item", name)
	}
	list, at := c.node(arguments[0]), n.Location().From
	before := c.nodes
	each := func(x *evaluation) any { return x.scopes[len(x.scopes)-1].item }
	if len(arguments) == 2 {
		predicate, ok := arguments[1].(*ast.PredicateNode)
		if !ok {
			return c.refuse(n, "%s takes a list and an expression for each item", name)
		}
		c.depth++
		each = c.node(predicate.Node)
		c.depth--
	}
	cost := 2 + c.nodes - before
	return func(x *evaluation) any {
		items, acc, done := x.list(at, name, list(x)), l.initial(), false
		x.scopes = append(x.scopes, scope{})
		here := len(x.scopes) - 1
		for i, item := range items {
			if !x.charge(at, cost) {
				break
			}
			x.scopes[here] = scope{item, i}
			if acc, done = l.step(x, at, acc, item, each(x)); done {
				break
			}
		}
		x.scopes = x.scopes[:here]
		if x.failed != nil {
			return nil
		}
		return acc
	}
}
