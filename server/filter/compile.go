package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// plan is a compiled tree. Terms that read the same part of a request share one pass over it: each term
// has a bit, and the pass sets the bits of all terms that match. In `body.a:1 OR body.b:2 refund`, the
// first term that is evaluated walks through the body for both paths, the second only checks its bit,
// and the third starts the search for words.
type plan struct {
	root    step
	body    *pathNode   // tests of values in a JSON body
	form    []namedTest // of fields in a form body
	query   []namedTest // of parameters in the query string
	header  []namedTest // of headers
	phrases []phrase    // words to search for in headers and body
}

// step evaluates one node of the tree. It either combines other steps or evaluates one term (leaf). A
// leaf's ask is a closure over what was compiled for the term. It reads and changes only the matching
// that it is given, so goroutines can share a plan.
type step struct {
	join  join
	steps []step               // empty for a leaf
	ask   func(*matching) bool // nil unless a leaf
	cost  int                  // an And or Or evaluates cheap steps first
}

// join is how a step combines the results of its steps.
type join int

const (
	leaf join = iota
	allOf
	anyOf
	noneOf
)

// The relative cost of leaves. `refund verdict:rejected` evaluates the verdict first, and searches only
// the bodies of rejected deliveries.
const (
	costField    = iota // fields of the record
	costRequest         // headers and query
	costSubjects        // a lookup in other parts of the program
	costBody            // the body
)

// compiler compiles one tree to a plan.
type compiler struct {
	plan  plan
	terms int
}

// compile compiles a tree. It makes the checks that the parser leaves open: whether a key can have the
// given operator and values. Its errors are SyntaxErrors with the positions of the values.
func compile(root Node) (plan, error) {
	c := compiler{}
	s, err := c.step(root)
	c.plan.root = s
	return c.plan, err
}

// step compiles one node, and assigns the bits of the terms in it.
func (c *compiler) step(n Node) (step, error) {
	switch n := n.(type) {
	case And:
		return c.join(allOf, n.Nodes)
	case Or:
		return c.join(anyOf, n.Nodes)
	case Not:
		return c.join(noneOf, []Node{n.Node})
	}
	bit := uint64(1) << c.terms // there are MaxTerms at most
	c.terms++
	switch n := n.(type) {
	case Compare:
		return c.compare(n, bit)
	case Has:
		return c.has(n, bit), nil
	case Is:
		return c.is(n), nil
	case Word:
		return c.words(n.Text, n.Prefix, bit), nil
	case Phrase:
		return c.words(n.Text, n.Prefix, bit), nil
	case ID:
		return c.id(n, bit)
	}
	return step{}, fmt.Errorf("compile filter: there is no node %T", n)
}

// join compiles an And, an Or or a Not. Steps have no visible side effects, so it may sort them by cost.
func (c *compiler) join(j join, nodes []Node) (step, error) {
	joined := step{join: j}
	for _, n := range nodes {
		s, err := c.step(n)
		if err != nil {
			return step{}, err
		}
		joined.steps = append(joined.steps, s)
		joined.cost = max(joined.cost, s.cost)
	}
	slices.SortStableFunc(joined.steps, func(a, b step) int { return a.cost - b.cost })
	return joined, nil
}

// compare compiles a term with a key, depending on the type of the key's values.
func (c *compiler) compare(n Compare, bit uint64) (step, error) {
	doc, _ := keyDoc(n.Key.Name)
	if err := checkOperator(n, doc); err != nil {
		return step{}, err
	}
	switch doc.kind {
	case ofNumber:
		return c.compareNumber(n)
	case ofTime:
		return c.compareTime(n)
	case ofAddress:
		return c.compareAddress(n)
	case ofPath:
		t, err := newTest(n, bit)
		return c.pathStep(n.Key, t), err
	}
	var patterns []pattern
	for _, v := range n.Values {
		if err := checkListed(n.Key, doc, v); err != nil {
			return step{}, err
		}
		patterns = append(patterns, newPattern(v))
	}
	name := n.Key.Name
	return step{cost: fieldCost(name), ask: func(m *matching) bool {
		return m.anyText(name, func(text string) bool { return matchesAny(patterns, text) })
	}}, nil
}

// matchesAny reports whether a text matches at least one of the patterns.
func matchesAny(patterns []pattern, text string) bool {
	folded := "" // text, folded once for all globs
	return slices.ContainsFunc(patterns, func(p pattern) bool {
		if p.pieces == nil {
			return strings.EqualFold(p.text, text)
		}
		if folded == "" {
			folded = foldText(text)
		}
		return matchPieces(p.pieces, folded)
	})
}

// checkOperator returns an error for a comparison with a key whose values have no order. Text has no
// order in this language: nobody needs "paid" to be less than "pending", and `type:>a` is most likely a
// mistake.
func checkOperator(n Compare, doc KeyDoc) error {
	if n.Op == Equal {
		return nil
	}
	v := n.Values[0]
	switch {
	case doc.kind == ofTime:
		return invalid(v, "a time", fmt.Sprintf("%s takes a time, not a comparison.", n.Key),
			"Write after:1h for the last hour, or before:1h for everything before it.")
	case doc.kind != ofNumber && doc.kind != ofPath:
		return invalid(v, "a value", fmt.Sprintf("%s is text and cannot be compared with %s.", n.Key, n.Op),
			fmt.Sprintf("Write %s:%s.", n.Key, v.Text()))
	case len(n.Values) > 1:
		return invalid(n.Values[1], "the end of the term", fmt.Sprintf("%s takes only one value.", n.Op),
			fmt.Sprintf("Write a range as %s:10..20.", n.Key))
	case v.Range:
		return invalid(v, "a number", fmt.Sprintf("A range cannot follow %s.", n.Op),
			fmt.Sprintf("Write %s:%s.", n.Key, v.Text()))
	}
	return nil
}

// checkListed returns an error for a value that the key cannot have. A filter with a misspelt verdict
// would match nothing, which looks like good news. States are open, because an endpoint's own mapping
// may define any: such a state is written in quotes.
func checkListed(key Key, doc KeyDoc, v Value) error {
	known := func(value string) bool { return matchesAny([]pattern{newPattern(v)}, value) }
	switch {
	case doc.Values == nil || slices.ContainsFunc(doc.Values, known):
		return nil
	case doc.open && (v.Quoted || v.Glob()):
		return nil
	case key.Name == "status" && strings.HasPrefix(v.Text(), "sub_"):
		return nil
	}
	hint := didYouMean(v.Text(), doc.Values)
	if doc.open {
		hint += fmt.Sprintf(" Put a %s from your own mapping in quotes.", key)
	}
	return invalid(v, "a "+key.Name, fmt.Sprintf("There is no %s %s.", key, quote(v.Text())), hint)
}

// compareNumber compiles a comparison with a number of the record or of its subjects.
func (c *compiler) compareNumber(n Compare) (step, error) {
	var intervals []interval
	for _, v := range n.Values {
		i, err := newInterval(n, v)
		if err != nil {
			return step{}, err
		}
		intervals = append(intervals, i)
	}
	name := n.Key.Name
	return step{cost: fieldCost(name), ask: func(m *matching) bool {
		return m.anyNumber(name, func(value int64) bool { return containedIn(intervals, integer(value)) })
	}}, nil
}

// containedIn reports whether a number lies in at least one of the intervals.
func containedIn(intervals []interval, n number) bool {
	return slices.ContainsFunc(intervals, func(i interval) bool { return i.contains(n) })
}

// newInterval returns the interval of the numbers that match a value: above 5 for `>5`, from 10 to 20
// including both for `10..20`, and only 5 for `5`.
func newInterval(n Compare, v Value) (interval, error) {
	if !v.Range {
		one, ok := parseNumber(v.Text())
		if !ok {
			return interval{}, notNumber(n, v)
		}
		return intervalFor(n.Op, one), nil
	}
	var i interval
	for _, end := range []struct {
		text string
		at   **number
	}{{v.From, &i.low}, {v.To, &i.high}} {
		if end.text == "" {
			continue
		}
		parsed, ok := parseNumber(end.text)
		if !ok {
			return i, notNumber(n, v)
		}
		*end.at = &parsed
	}
	if i.low == nil && i.high == nil {
		return i, notNumber(n, v)
	}
	if i.low != nil && i.high != nil && i.low.compare(*i.high) > 0 {
		return i, invalid(v, "a range", "This range ends before it begins.",
			fmt.Sprintf("Write %s:%s..%s.", n.Key, v.To, v.From))
	}
	return i, nil
}

// notNumber is the error for a value that must be a number and is not.
func notNumber(n Compare, v Value) error {
	return invalid(v, "a number", fmt.Sprintf("%s is not a number.", quote(v.Text())),
		fmt.Sprintf("Write %s:1000, %s:>1000 or %s:10..20.", n.Key, n.Key, n.Key))
}

// compareTime compiles after: and before:. A delivery that was received exactly at the given time
// matches after:, so every delivery matches either `after:x` or `before:x`.
func (c *compiler) compareTime(n Compare) (step, error) {
	if len(n.Values) > 1 {
		return step{}, invalid(n.Values[1], "the end of the term", fmt.Sprintf("%s takes only one time.", n.Key),
			"For the period between two times, write after:7d before:1d.")
	}
	limit, err := parseMoment(n.Values[0])
	after := n.Key.Name == "after"
	return step{ask: func(m *matching) bool {
		received := m.item.Record.ReceivedAt.Time
		return received.Before(limit.at(m.now)) != after
	}}, err
}

// network is one value of ip:. It is a network in CIDR notation, a single address (a network of one), or
// a glob, which is compared with the address as text.
type network struct {
	prefix netip.Prefix
	globs  []pattern // the glob; one pattern
	glob   bool
}

// compareAddress compiles ip:. Addresses are compared by value, not as text: 2001:db8:0::1 equals
// 2001:db8::1, and an IPv4-mapped IPv6 address equals the IPv4 address.
func (c *compiler) compareAddress(n Compare) (step, error) {
	var networks []network
	for _, v := range n.Values {
		if v.Glob() {
			networks = append(networks, network{globs: []pattern{newPattern(v)}, glob: true})
			continue
		}
		prefix, err := netip.ParsePrefix(v.Text())
		if addr, bad := netip.ParseAddr(v.Text()); bad == nil {
			addr = addr.Unmap().WithZone("")
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return step{}, invalid(v, "an address",
				fmt.Sprintf("%s is neither an address nor a network.", quote(v.Text())),
				"Write ip:203.0.113.9, ip:10.0.0.0/8 or ip:203.0.113.*.")
		}
		networks = append(networks, network{prefix: prefix})
	}
	return step{ask: func(m *matching) bool {
		remote := m.item.Record.Remote
		addr, _ := netip.ParseAddr(remote)
		addr = addr.Unmap().WithZone("")
		return slices.ContainsFunc(networks, func(n network) bool {
			return n.glob && matchesAny(n.globs, remote) || !n.glob && n.prefix.Contains(addr)
		})
	}}, nil
}

// is compiles a list of flags. One that is set is enough.
func (c *compiler) is(n Is) step {
	flags := n.Flags
	return step{ask: func(m *matching) bool {
		return slices.ContainsFunc(flags, m.flagged)
	}}
}

// words compiles the search for a sequence of tokens. One pass searches for all sequences of a filter.
func (c *compiler) words(text string, prefix bool, bit uint64) step {
	c.plan.phrases = append(c.plan.phrases, newPhrase(tokens(text), prefix, bit))
	return step{cost: costBody, ask: func(m *matching) bool {
		m.readWords()
		return m.hits&bit != 0
	}}
}

// id compiles a bare id. An id of Hookbeam identifies exactly one delivery, endpoint or status. An id of
// a provider also matches requests that contain it as a word: requests about another subject, or at an
// endpoint without a known provider.
func (c *compiler) id(n ID, bit uint64) (step, error) {
	id := n.Text
	if digits, found := strings.CutPrefix(id, "#"); found {
		seq, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return step{}, &SyntaxError{
				Position: n.Start, End: n.End, Expected: "a seq",
				Message: fmt.Sprintf("%s is too large for a seq.", quote(id)),
				Hint:    "A delivery's seq is shown next to it, such as #1042.",
			}
		}
		return step{ask: func(m *matching) bool { return int64(m.item.Record.Seq) == seq }}, nil
	}
	prefix, _, _ := strings.Cut(id, "_")
	same := func(text string) bool { return strings.EqualFold(text, id) }
	switch prefix {
	case "dlv":
		id := hook.DeliveryID(strings.ToLower(id))
		return step{ask: func(m *matching) bool { return m.item.Record.HasID(id) }}, nil
	case "ep":
		return step{ask: func(m *matching) bool { return same(string(m.item.Record.Endpoint)) }}, nil
	case "sub":
		return step{cost: costSubjects, ask: func(m *matching) bool {
			return slices.ContainsFunc(m.subjects(), func(s Subject) bool { return same(string(s.Status)) })
		}}, nil
	}
	mentioned := c.words(id, false, bit)
	return step{cost: costBody, ask: func(m *matching) bool {
		return same(m.item.Record.Event) || mentioned.ask(m) || m.anyText("subject", same)
	}}, nil
}

// invalid returns a SyntaxError with the position of a value.
func invalid(v Value, expected, message, hint string) error {
	return &SyntaxError{Position: v.Start, End: v.End, Expected: expected, Message: message, Hint: hint}
}
