package filter

import "strings"

// Node is one part of a filter's syntax tree. The set is closed: And, Or, Not, Compare, Has, Is,
// Word, Phrase and ID. Whoever walks a tree (a SQL prefilter, the chips of the filter bar) switches
// over these nine types.
//
// A tree that Parse returns is flat: an And never holds an And, an Or never holds an Or, and both
// hold at least two nodes. Parentheses that change nothing leave no trace.
type Node interface {
	// Position returns the bytes of the text that the node was read from, from start up to but without end.
	Position() (start, end int)
	// String returns the node in canonical form: Parse reads it as an equal tree, apart from positions.
	String() string

	write(b *strings.Builder)
}

// Span is a part of a filter's text in bytes: from Start up to but without End.
type Span struct{ Start, End int }

// Position returns both ends of the span.
func (s Span) Position() (start, end int) { return s.Start, s.End }

// And holds where all of its nodes hold: `verdict:rejected type:invoice.*`.
type And struct {
	Nodes []Node
	Span
}

// Or holds where at least one of its nodes holds: `is:test OR method:GET`.
type Or struct {
	Nodes []Node
	Span
}

// Not holds where its node does not: `-type:ping`. It holds for a delivery without any type as
// well.
type Not struct {
	Node Node
	Span
}

// Compare holds where at least one value of the record under Key stands in the relation Op to at
// least one of Values. With an Op other than Equal there is exactly one value. Examples:
//
//	endpoint:shop,blog       Key endpoint, Op Equal, two values
//	body.data.amount:>1000   Key body with the path data, amount; Op Greater
//	size:10..                one value that is a range with an open end
//	after:1h                 Op Equal: which side of the time is meant says the key
type Compare struct {
	Key    Key
	Op     Op
	Values []Value
	Span
}

// Has holds where the record has something under at least one of the keys: `has:event`,
// `has:body.refund`.
type Has struct {
	Keys []Key
	Span
}

// Is holds where at least one of the flags is set: `is:duplicate`.
type Is struct {
	Flags []Flag
	Span
}

// Word is a free word, searched for in headers and body. It matches whole tokens, so that `fun`
// does not find "refund". A word with several tokens, such as `card-declined`, finds these tokens
// in a row.
type Word struct {
	Text   string
	Prefix bool // written with a * at its end: the last token only has to begin so
	Span
}

// Phrase is a quoted text, searched for as its tokens in a row: `"card declined"` finds
// "card_declined" too.
type Phrase struct {
	Text   string
	Prefix bool // a * follows the closing quote: the last token only has to begin so
	Span
}

// ID is a bare id. `#1042` is a delivery's seq; `dlv_…`, `ep_…` and `sub_…` are ids of our own, of
// a delivery, an endpoint and a status. Any other (`evt_…`, `pi_…`) is an id of a provider, and
// finds its event, its subject, and the requests that mention it.
type ID struct {
	Text string
	Span
}

// Key names what is compared: a field of the record, or a value inside the request.
type Key struct {
	Name string   // "verdict"; of a path its first part: "body", "header", "query" or "form"
	Path []string // the names of the objects' members after "body"; after the other three one single name
	Span
}

// Op is the relation of a Compare.
type Op string

// The relations. Equal is written as a colon alone.
const (
	Equal          Op = ""
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
	Less           Op = "<"
	LessOrEqual    Op = "<="
)

// Value is what is compared with: a text, which may be a glob, or a range of numbers.
type Value struct {
	// Pieces is the text before, between and after its stars: `invoice.*` is "invoice." and "". One piece is no glob.
	Pieces []string
	// Quoted says that the value was written in quotes. It is then compared as text, even where it looks like a
	// number, and a state in quotes may be one that only an endpoint's own mapping knows.
	Quoted bool

	Range    bool   // it is From..To, and Pieces is nil
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

// Flag is a property that a delivery has or has not.
type Flag string

// The flags. Flags returns them with a line on each.
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
