package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// plan is a tree made ready to match. Terms that look into the same part of a request share one
// reading of it: each has a bit, and the reading sets the bits of all terms that hold. In `body.a:1
// OR body.b:2 refund`, the first term that is asked walks through the body for both paths; the
// second only looks at its bit; the third has the words read.
type plan struct {
	root    step
	body    *pathNode   // tests of values in a JSON body
	form    []namedTest // of fields in a form body
	query   []namedTest // of parameters in the query string
	header  []namedTest // of headers
	phrases []phrase    // words to search for in headers and body
}

// step answers one node of the tree. It either joins other steps or asks one question. A question
// is a closure over what was prepared for its term; it reads nothing but the matching that it is
// given, so that a plan can be shared.
type step struct {
	join  join
	steps []step
	ask   func(*matching) bool // of a question
	cost  int                  // cheap steps of an And or Or are asked first
}

// join is how a step's answer follows from those of its steps.
type join int

const (
	question join = iota
	allOf
	anyOf
	noneOf
)

// What questions cost, relative to each other. `refund verdict:rejected` asks for the verdict
// first, and reads the body of those deliveries only that were rejected.
const (
	costField    = iota // of the record itself
	costRequest         // of headers and query
	costSubjects        // of what other parts of the program know
	costBody            // of the body
)

// compiler makes a plan.
type compiler struct {
	plan  plan
	terms int
}

// compile makes the plan of a tree. It checks what the parser leaves open: whether values are ones
// that their keys can have. Its errors are SyntaxErrors at the values' places.
func compile(root Node) (plan, error) {
	c := compiler{}
	s, err := c.step(root)
	c.plan.root = s
	return c.plan, err
}

// step plans one node, and gives each term its bit.
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

// join plans an And, an Or or a Not. What it joins has no side effects, so that the order of the
// steps is free.
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

// compare plans a term with a key: by what the key's values are, or here where they are text.
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
		return c.inside(n.Key, t), err
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

// matchesAny reports whether a text is equal to, or fits, at least one of the patterns.
func matchesAny(patterns []pattern, text string) bool {
	folded := "" // of text, once for all globs
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

// checkOperator makes sure that the key's values have the order that a comparison asks for. Texts
// have none here: that "paid" is less than "pending" is of no use to anybody, and `type:>a` is more
// likely a slip.
func checkOperator(n Compare, doc KeyDoc) error {
	if n.Op == Equal {
		return nil
	}
	v := n.Values[0]
	switch {
	case doc.kind == ofTime:
		return invalid(v, "a time", fmt.Sprintf("%s takes a time, and no comparison.", n.Key),
			"Write after:1h for the last hour, and before:1h for all before it.")
	case doc.kind != ofNumber && doc.kind != ofPath:
		return invalid(v, "a value", fmt.Sprintf("%s is text, which %s does not compare.", n.Key, n.Op),
			fmt.Sprintf("Write %s:%s.", n.Key, v.Text()))
	case len(n.Values) > 1:
		return invalid(n.Values[1], "the end of the term", fmt.Sprintf("%s compares with one value.", n.Op),
			fmt.Sprintf("Write ranges as %s:10..20.", n.Key))
	case v.Range:
		return invalid(v, "a number", fmt.Sprintf("A range cannot follow %s.", n.Op),
			fmt.Sprintf("Write %s:%s.", n.Key, v.Text()))
	}
	return nil
}

// checkListed makes sure that a value is one of those that the key can have. A misspelt verdict
// would let nothing through and look like good news. States are open, since an endpoint's own
// mapping may give any: quotes say that one is meant.
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
		hint += fmt.Sprintf(" A %s of an own mapping is written in quotes.", key)
	}
	return invalid(v, "a "+key.Name, fmt.Sprintf("There is no %s %s.", key, quote(v.Text())), hint)
}

// compareNumber plans a comparison of one of the record's or the subjects' own numbers.
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

// newInterval returns the numbers that a value of a comparison lets through: those above 5 for
// `>5`, those from 10 to 20 with both ends for `10..20`, and the one for `5`.
func newInterval(n Compare, v Value) (interval, error) {
	if !v.Range {
		one, ok := parseNumber(v.Text())
		if !ok {
			return interval{}, notNumber(n, v)
		}
		return compared(n.Op, one), nil
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

// notNumber is the error for a value where only a number has a meaning.
func notNumber(n Compare, v Value) error {
	return invalid(v, "a number", fmt.Sprintf("%s is not a number.", quote(v.Text())),
		fmt.Sprintf("Write %s:1000, %s:>1000 or %s:10..20.", n.Key, n.Key, n.Key))
}

// compareTime plans after: and before:. A delivery that was received at the very moment is after
// it, so that `after:x` and `before:x` together let every delivery through exactly once.
func (c *compiler) compareTime(n Compare) (step, error) {
	if len(n.Values) > 1 {
		return step{}, invalid(n.Values[1], "the end of the term", fmt.Sprintf("%s takes one time.", n.Key),
			"Write after:7d before:1d for what lies between two times.")
	}
	at, err := parseMoment(n.Values[0])
	after := n.Key.Name == "after"
	return step{ask: func(m *matching) bool {
		received := m.item.Record.ReceivedAt.Time
		return received.Before(at.seenFrom(m.now)) != after
	}}, err
}

// network is an address, a range of addresses, or a text where the value is a glob. A single
// address is a network that holds nothing else.
type network struct {
	prefix netip.Prefix
	globs  []pattern // one glob
	glob   bool
}

// compareAddress plans ip:. Addresses are compared as addresses: 2001:db8:0::1 is 2001:db8::1, and
// the IPv4 address inside an IPv6 one is itself.
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

// is plans flags, any of which is enough.
func (c *compiler) is(n Is) step {
	flags := n.Flags
	return step{ask: func(m *matching) bool {
		return slices.ContainsFunc(flags, m.flagged)
	}}
}

// words plans the search for a row of tokens. All rows of a filter are searched for in one reading.
func (c *compiler) words(text string, prefix bool, bit uint64) step {
	c.plan.phrases = append(c.plan.phrases, newPhrase(tokens(text), prefix, bit))
	return step{cost: costBody, ask: func(m *matching) bool {
		m.readWords()
		return m.hits&bit != 0
	}}
}

// id plans a bare id. One of our own is equal to exactly one thing. A provider's may also stand in
// requests that are about something else, or that came without any provider being known: these
// mention it, and are found as well.
func (c *compiler) id(n ID, bit uint64) (step, error) {
	id := n.Text
	if digits, found := strings.CutPrefix(id, "#"); found {
		seq, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return step{}, &SyntaxError{
				Position: n.Start, End: n.End, Expected: "a seq",
				Message: fmt.Sprintf("%s is too large for a seq.", quote(id)),
				Hint:    "The seq of a delivery stands beside it: #1042.",
			}
		}
		return step{ask: func(m *matching) bool { return int64(m.item.Record.Seq) == seq }}, nil
	}
	prefix, _, _ := strings.Cut(id, "_")
	same := func(text string) bool { return strings.EqualFold(text, id) }
	switch prefix {
	case "dlv":
		return step{ask: func(m *matching) bool { return same(string(m.item.Record.ID)) }}, nil
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

// invalid is an error at a value's place.
func invalid(v Value, expected, message, hint string) error {
	return &SyntaxError{Position: v.Start, End: v.End, Expected: expected, Message: message, Hint: hint}
}
