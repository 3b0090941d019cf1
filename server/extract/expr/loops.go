package expr

import "github.com/expr-lang/expr/ast"

// loop is a function that goes through a list.
type loop struct {
	plain bool // it can do without a second argument
	begin func() any
	// step takes in one item and what the second argument made of it; done ends the loop.
	step func(x *run, at int, so any, item, made any) (now any, done bool)
}

func holds(yes bool) func() any { return func() any { return yes } }

func nothing() any { return nil }

// loops are those that need no more memory than what they return.
var loops = map[string]loop{
	"all": {begin: holds(true), step: func(x *run, at int, so, _, made any) (any, bool) {
		if !x.truth(at, made) {
			return false, true
		}
		return so, false
	}},
	"any": {begin: holds(false), step: func(x *run, at int, so, _, made any) (any, bool) {
		if x.truth(at, made) {
			return true, true
		}
		return so, false
	}},
	"none": {begin: holds(true), step: func(x *run, at int, so, _, made any) (any, bool) {
		if x.truth(at, made) {
			return false, true
		}
		return so, false
	}},
	"one": {begin: holds(false), step: func(x *run, at int, so, _, made any) (any, bool) {
		if !x.truth(at, made) {
			return so, false
		}
		return so == false, so == true
	}},
	"find": {begin: nothing, step: func(x *run, at int, so, item, made any) (any, bool) {
		if x.truth(at, made) {
			return item, true
		}
		return so, false
	}},
	"findLast": {begin: nothing, step: func(x *run, at int, so, item, made any) (any, bool) {
		if x.truth(at, made) {
			return item, false
		}
		return so, false
	}},
	"count": {
		plain: true,
		begin: func() any { return int64(0) },
		step: func(x *run, at int, so, _, made any) (any, bool) {
			if x.truth(at, made) {
				return so.(int64) + 1, false
			}
			return so, false
		},
	},
	"sum": {
		plain: true,
		begin: func() any { return int64(0) },
		step: func(x *run, at int, so, _, made any) (any, bool) {
			if made == nil {
				return so, false
			}
			if _, ok := float(made); !ok {
				x.fail(at, "sum wants numbers, and there is %s", kind(made))
			}
			return x.arithmetic(at, "+", so, made), false
		},
	},
	"filter": {begin: func() any { return []any(nil) }, step: func(x *run, at int, so, item, made any) (any, bool) {
		if x.truth(at, made) {
			return append(so.([]any), item), false
		}
		return so, false
	}},
	"map": {begin: func() any { return []any(nil) }, step: func(_ *run, _ int, so, _, made any) (any, bool) {
		return append(so.([]any), made), false
	}},
}

func (c *compiler) loop(n ast.Node, name string, l loop, arguments []ast.Node) code {
	if len(arguments) != 2 && (!l.plain || len(arguments) != 1) {
		return c.refuse(n, "%s takes a list, and what to do with each of its items", name)
	}
	list, at := c.node(arguments[0]), n.Location().From
	before := c.parts
	each := func(x *run) any { return x.scopes[len(x.scopes)-1].item }
	if len(arguments) == 2 {
		predicate, ok := arguments[1].(*ast.PredicateNode)
		if !ok {
			return c.refuse(n, "%s takes a list, and what to do with each of its items", name)
		}
		c.depth++
		each = c.node(predicate.Node)
		c.depth--
	}
	cost := 2 + c.parts - before
	return func(x *run) any {
		items, so, done := x.list(at, name, list(x)), l.begin(), false
		x.scopes = append(x.scopes, scope{})
		here := len(x.scopes) - 1
		for i, item := range items {
			if !x.pay(at, cost) {
				break
			}
			x.scopes[here] = scope{item, i}
			if so, done = l.step(x, at, so, item, each(x)); done {
				break
			}
		}
		x.scopes = x.scopes[:here]
		if x.failed != nil {
			return nil
		}
		return so
	}
}
