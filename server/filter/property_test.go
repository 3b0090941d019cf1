package filter

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// bare returns a tree without its positions.
func bare(n Node) Node {
	many := func(nodes []Node) []Node {
		var list []Node
		for _, part := range nodes {
			list = append(list, bare(part))
		}
		return list
	}
	switch n := n.(type) {
	case And:
		return And{Nodes: many(n.Nodes)}
	case Or:
		return Or{Nodes: many(n.Nodes)}
	case Not:
		return Not{Node: bare(n.Node)}
	case Compare:
		values := append([]Value{}, n.Values...)
		for i := range values {
			values[i].Span = Span{}
		}
		return Compare{Key: Key{Name: n.Key.Name, Path: n.Key.Path}, Op: n.Op, Values: values}
	case Has:
		var keys []Key
		for _, key := range n.Keys {
			keys = append(keys, Key{Name: key.Name, Path: key.Path})
		}
		return Has{Keys: keys}
	case Is:
		return Is{Flags: n.Flags}
	case Word:
		return Word{Text: n.Text, Prefix: n.Prefix}
	case Phrase:
		return Phrase{Text: n.Text, Prefix: n.Prefix}
	case ID:
		return ID{Text: n.Text}
	}
	return nil
}

// maker makes random trees and records from few names and values, so that they often meet.
type maker struct{ *rand.Rand }

func (m maker) pick(texts ...string) string { return texts[m.IntN(len(texts))] }

func (m maker) tree(depth int) Node {
	kind := m.IntN(8)
	if depth == 0 || kind > 4 {
		return m.term()
	}
	if kind == 4 {
		return Not{Node: m.tree(depth - 1)}
	}
	var nodes []Node
	for range 2 + m.IntN(2) {
		n := m.tree(depth - 1)
		_, and := n.(And)
		_, or := n.(Or)
		if kind%2 == 0 && and || kind%2 == 1 && or {
			n = m.term()
		}
		nodes = append(nodes, n)
	}
	if kind%2 == 0 {
		return And{Nodes: nodes}
	}
	return Or{Nodes: nodes}
}

func (m maker) term() Node {
	switch m.IntN(12) {
	case 0:
		return Word{Text: m.pick("a", "b", "ab", "a-b", "é", "or", "NOTE"), Prefix: m.IntN(3) == 0}
	case 1:
		return Phrase{Text: m.pick("a", "a b", "OR", `a "b\`, "b a b", "-a", "É*"), Prefix: m.IntN(3) == 0}
	case 2:
		return ID{Text: m.pick("#1", "#2", "dlv_a", "ep_a", "sub_a", "evt_a", "pi_a", "pi_a-b_c")}
	case 3:
		return Is{Flags: []Flag{Flag(m.pick(flagNames()...)), Flag(m.pick(flagNames()...))}[m.IntN(2):]}
	case 4:
		name := m.pick("type", "event", "subject", "reference", "amount", "size", "state", "ip", "provider", "reason")
		return Has{Keys: []Key{{Name: name}, m.pathKey()}[m.IntN(2):]}
	case 5:
		return Compare{Key: Key{Name: m.pick("after", "before")}, Values: []Value{
			{Pieces: []string{m.pick("1h", "2d", "90m", "3w", "5s", "2026-11-28", "2026-11-28T11:30:00+01:00")}},
		}}
	case 6:
		return m.numbers(Key{Name: m.pick("size", "seq", "amount")})
	case 7:
		return m.numbers(m.pathKey())
	case 8, 9:
		return Compare{Key: m.pathKey(), Values: m.values()}
	case 10:
		name := m.pick("verdict", "mode", "state", "status", "ip")
		value := map[string]string{
			"verdict": m.pick("verified", "rejected", "unsigned"), "mode": m.pick("live", "test"),
			"state":  m.pick("paid", "failed"),
			"status": m.pick("paid", "sub_a"), "ip": m.pick("10.0.0.1", "10.0.0.0/8", "::1"),
		}[name]
		return Compare{Key: Key{Name: name}, Values: []Value{{Pieces: []string{value}}}}
	}
	name := m.pick("endpoint", "provider", "type", "event", "account", "subject", "reference", "reason", "method",
		"path")
	return Compare{Key: Key{Name: name}, Values: m.values()}
}

func (m maker) pathKey() Key {
	name := m.pick("body", "body", "body", "header", "query", "form")
	path := []string{m.pick("a", "b", "a.b", `"`, "É", "")}
	for name == "body" && m.IntN(2) == 0 {
		path = append(path, m.pick("a", "b", "c d"))
	}
	return Key{Name: name, Path: path}
}

func (m maker) number() string {
	return m.pick("0", "-0", "1", "1.0", "10e-1", "2", "-1.5", "100", "1e2", "12345678901234567890",
		"12345678901234567891", "0.5")
}

func (m maker) numbers(key Key) Node {
	switch m.IntN(3) {
	case 0:
		op := Op(m.pick(">", ">=", "<", "<="))
		return Compare{Key: key, Op: op, Values: []Value{{Pieces: []string{m.number()}}}}
	case 1:
		return Compare{Key: key, Values: []Value{{Range: true, From: m.pick("", "-3", "0.5")}, {Range: true,
			To: "2e0"},
			{Range: true, From: "1", To: "1.0"}}[1:]}
	}
	return Compare{Key: key, Values: []Value{{Pieces: []string{m.number()}},
		{Pieces: []string{m.number()}}}[m.IntN(2):]}
}

func (m maker) values() []Value {
	var values []Value
	for range 1 + m.IntN(2) {
		v := Value{Pieces: []string{m.text()}}
		for m.IntN(3) == 0 {
			v.Pieces = append(v.Pieces, m.pick("", "a", "b"))
		}
		for i := 1; i < len(v.Pieces)-1; i++ {
			if v.Pieces[i] == "" {
				v.Pieces[i] = "b"
			}
		}
		whole := strings.Join(v.Pieces, "")
		quoted := len(v.Pieces) == 1 && whole == "" || strings.ContainsAny(whole,
			` "\,()*`) || strings.HasPrefix(v.Pieces[0], "=")
		v.Quoted = quoted || whole != "" && m.IntN(4) == 0
		values = append(values, v)
	}
	return values
}

func (m maker) text() string {
	if m.IntN(2) == 0 {
		return m.pick("a", "b", "ab", "aab", "1")
	}
	return m.pick("", "a", "b", "ab", "aab", "A", "é", "É", "a b", `"`, `\`, "a,b", "(a)", "*", "=a", "a:b", "ep_a",
		"evt_a", "pi_a",
		"1", "1.0", "true", "null", "a..b", "ſ", "\u212a")
}

// json returns a JSON value, with names that occur twice.
func (m maker) json(depth int) string {
	switch kind := m.IntN(6); {
	case kind < 2 && depth > 0:
		var members []string
		for range m.IntN(5) {
			name := m.pick(`"a"`, `"b"`, `"a.b"`, `"\""`, `"\u00c9"`, `"c d"`, `"B"`, `""`)
			members = append(members, name+" : "+m.json(depth-1))
		}
		return "{" + strings.Join(members, " , ") + "}"
	case kind == 2 && depth > 0:
		var items []string
		for range m.IntN(4) {
			items = append(items, m.json(depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	case kind == 3:
		return m.number()
	case kind == 4:
		return m.pick("true", "false", "null", `"a\nb"`, `"\ud83d\ude00a"`, `"\ud800b"`, `"\u00e9"`, `"a\\b"`,
			`"a\u0062"`)
	}
	return fmt.Sprintf("%q", m.text())
}

func (m maker) item() Item {
	r := &hook.Record{}
	r.ID, r.Seq, r.Endpoint = "dlv_a", hook.Seq(1+m.IntN(3)), hook.EndpointID(m.pick("ep_a", "ep_b"))
	r.Method, r.Path, r.Type, r.Event = m.pick("a", "POST"), m.text(), m.text(), m.pick("evt_a", m.text())
	r.Query = m.pick("", "a=b&a=1", "a=1.0&b", "É=a+b&a.b=%22", "=a&a=%zz", "a=-1.5&&b=a=b")
	r.Account, r.Reason, r.Mode = m.text(), hook.Reason(m.text()), m.pick("", "live", "test")
	r.Size, r.Verdict = int64(m.IntN(3)), hook.Verdict(m.pick("verified", "rejected", "unsigned"))
	r.DuplicateOf, r.ReleaseOf = hook.Seq(m.IntN(2)), hook.Seq(m.IntN(2))
	r.Occurrence, r.Events = m.IntN(3), m.IntN(3)
	r.ReceivedAt = hook.Time{Time: noon().Add(-time.Second * []time.Duration{0, 1800, 3600, 3601, 2 * 86400,
		30 * 86400}[m.IntN(6)])}
	r.Remote = m.pick("10.0.0.1", "::1", "10.9.9.9")
	r.Integrity = hook.Integrity(m.pick("", "ok", "damaged"))
	for range m.IntN(3) {
		r.Headers = append(r.Headers, hook.Header{Name: m.pick("A", "B", "A.b", "Hookbeam-Sample"), Value: m.text()})
	}
	r.Body = []byte(m.json(4))
	switch m.IntN(5) {
	case 0:
		r.ContentType = "application/x-www-form-urlencoded"
		r.Body = []byte(m.pick("a=b&b=a", "a=a+b%20a", "a.b=%C3%89&a=1", "a=%zz+b"))
	case 1:
		r.Body = []byte(m.pick("a b a b", "b\xffa", "{", `a\nb`, "evt_a pi_a-b c", "ab,É"))
	}
	subjects := []Subject{
		{Status: "sub_a", Names: []string{"payment/pi_a", m.text()}, Reference: m.text(), State: "paid",
			Amount: int64(m.IntN(3))},
		{State: hook.State(m.pick("failed", ""))},
	}[m.IntN(2):]
	return Item{
		Record: r, EndpointName: m.text(), Provider: m.text(), Subjects: func() []Subject { return subjects },
	}
}

func TestEveryTreeIsReadBackFromItsText(t *testing.T) {
	for seed := range uint64(4000) {
		m := maker{rand.New(rand.NewPCG(seed, 1))}
		tree := m.tree(3)
		f, err := Parse(tree.String())
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, tree, err)
		}
		if !reflect.DeepEqual(bare(f.Root()), bare(tree)) {
			t.Fatalf("seed %d: %q is read as\n%#v, want\n%#v", seed, tree, bare(f.Root()), bare(tree))
		}
	}
}

func TestTheMatcherAgreesWithThePlainEvaluator(t *testing.T) {
	through, all := 0, 0
	for seed := range uint64(6000) {
		m := maker{rand.New(rand.NewPCG(seed, 2))}
		tree := m.tree(1 + m.IntN(3))
		f, err := Parse(tree.String())
		if err != nil {
			t.Fatalf("seed %d: %q: %v", seed, tree, err)
		}
		for range 5 {
			item := m.item()
			got, want := f.Match(item, noon()), plainMatch(tree, item, noon())
			if got != want {
				t.Fatalf("seed %d: %s on %+v\nbody %s: %v, want %v", seed, f, item.Record.Delivery, item.Record.Body,
					got, want)
			}
			if all++; got {
				through++
			}
		}
	}
	if through < all/5 || through > all*4/5 {
		t.Errorf("%d of %d came through: the trees and records do not meet", through, all)
	}
}
