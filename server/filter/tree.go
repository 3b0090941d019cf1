package filter

import "strings"

// Node is one part of a filter's syntax tree. The set is closed: And, Or, Not, Compare, Has, Is,
// Word, Phrase and ID. Code that walks a tree (the SQL prefilter, the chips of the filter bar) switches
// on these nine types.
//
// A tree that Parse returns is flat: an And never holds an And, an Or never holds an Or, and both
// hold at least two nodes. Redundant parentheses are not part of the tree.
type Node interface {
	// Position returns the offsets in bytes of the node's text, from start up to but excluding end.
	Position() (start, end int)
	// String returns the node in canonical form. Parsing it gives an equal tree, except for positions.
	String() string

	write(b *strings.Builder)
}

// Span is a part of a filter's text, in bytes: from Start up to but excluding End.
type Span struct{ Start, End int }

// Position returns both ends of the span.
func (s Span) Position() (start, end int) { return s.Start, s.End }

// And matches if all of its nodes match: `verdict:rejected type:invoice.*`.
type And struct {
	Nodes []Node
	Span
}

// Or matches if at least one of its nodes matches: `is:test OR method:GET`.
type Or struct {
	Nodes []Node
	Span
}

// Not matches if its node does not: `-type:ping`. That includes deliveries without a type.
type Not struct {
	Node Node
	Span
}

// Compare matches if at least one of the record's values for Key has the relation Op to at least one of
// Values. With an Op other than Equal there is exactly one value. Examples:
//
//	endpoint:shop,blog       Key endpoint, Op Equal, two values
//	body.data.amount:>1000   Key body with the path data, amount; Op Greater
//	size:10..                one value that is a range with an open end
//	after:1h                 Op Equal: the key implies the direction
type Compare struct {
	Key    Key
	Op     Op
	Values []Value
	Span
}

// Has matches if the record has a value for at least one of the keys: `has:event`, `has:body.refund`.
type Has struct {
	Keys []Key
	Span
}

// Is matches if at least one of the flags is set: `is:duplicate`.
type Is struct {
	Flags []Flag
	Span
}

// Word is a free word, searched for in headers and body. It matches whole tokens, so that `fun`
// does not match "refund". A word with several tokens, such as `card-declined`, matches them in sequence.
type Word struct {
	Text   string
	Prefix bool // written with a * at its end: the last token is a prefix
	Span
}

// Phrase is a quoted text, whose tokens are searched for in sequence: `"card declined"` also matches
// "card_declined".
type Phrase struct {
	Text   string
	Prefix bool // a * follows the closing quote: the last token is a prefix
	Span
}

// ID is a bare id. `#1042` is a delivery's seq; `dlv_…`, `ep_…` and `sub_…` are Hookbeam's ids of a
// delivery, an endpoint and a status. Any other (`evt_…`, `pi_…`) is an id of a provider. It matches the
// deliveries of its event and of its subject, and requests that contain it.
type ID struct {
	Text string
	Span
}

// Key is the left side of a comparison: a field of the record, or a value inside the request.
type Key struct {
	Name string   // "verdict"; for a path its first part: "body", "header", "query" or "form"
	Path []string // for body the names of nested members; for header, query and form a single name
	Span
}

// Op is the relation of a Compare.
type Op string

// The operators. Equal is written as a colon alone.
const (
	Equal          Op = ""
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
	Less           Op = "<"
	LessOrEqual    Op = "<="
)

// Value is the right side of a comparison: a text, which may be a glob, or a range of numbers.
type Value struct {
	// Pieces is the text before, between and after the stars: `invoice.*` is "invoice." and "". With one piece the
	// value is no glob.
	Pieces []string
	// Quoted says that the value was written in quotes. It is compared as text even if it looks like a number. A
	// state in quotes may be one that only an endpoint's own mapping defines.
	Quoted bool

	Range    bool   // the value is From..To, and Pieces is nil
	From, To string // numbers as written, both included; "" is an open end

	Span
}

// Text returns the value as one text, with its stars.
func (v Value) Text() string {
	if v.Range {
		return v.From + ".." + v.To
	}
	return strings.Join(v.Pieces, "*")
}

// Glob reports whether the value has a star.
func (v Value) Glob() bool { return len(v.Pieces) > 1 }

// Flag is a property of deliveries, for `is:`.
type Flag string

// The flags. Flags returns them with their descriptions.
const (
	FlagVerified  Flag = "verified"
	FlagUnsigned  Flag = "unsigned"
	FlagRejected  Flag = "rejected"
	FlagDuplicate Flag = "duplicate"
	FlagRetry     Flag = "retry"
	FlagReleased  Flag = "released"
	FlagLive      Flag = "live"
	FlagTest      Flag = "test"
	FlagSample    Flag = "sample"
	FlagBatch     Flag = "batch"
	FlagDamaged   Flag = "damaged"
)
