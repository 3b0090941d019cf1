package provider

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
)

// What one delivery tells is bounded: maxItems events, a statement for each tell, of each maxNames names. What is longer
// than its bound, in bytes, or cannot be printed was not sent.
const (
	maxNames = 16
	maxName  = 200
	maxMail  = 254 // RFC 5321 §4.5.3.1.3, less its angle brackets
	maxURL   = 2000

	maxReferences = 8 // of an endpoint's own that are looked for
)

// Statements returns what a delivery tells of its subjects; none where its events are about no subject. It is a pure
// function of the two, and whom to believe is for the caller to decide: the verdict is not looked at. Its error is
// hook.ErrTooMuch: it may tell something, and to read it would cost more than maxSteps.
func (p *Provider) Statements(e *hook.Endpoint, r *hook.Record) ([]hook.Statement, error) {
	all, _, err := p.statements(e, r)
	return all, err
}

func (p *Provider) statements(e *hook.Endpoint, r *hook.Record) (all []hook.Statement, steps int, err error) {
	if !p.MayTell(r.Type) {
		return nil, 0, nil
	}
	if len(r.Body) > hook.MaxTold {
		return nil, 0, hook.ErrTooMuch
	}
	t := tellings.Get().(*telling)
	t.request = request{record: r, endpoint: e}
	t.body.plant(string(r.Body), &t.meter)
	t.item.plant("", &t.meter)
	var items []gjson.Result
	if p.batch != nil {
		items = p.batch.items(&t.request)
	}
	all = p.tellAll(t, items)
	steps = t.steps
	if t.cut {
		all, err = nil, hook.ErrTooMuch
	}
	for i := range all {
		all[i].Compact()
	}
	t.request = request{}
	t.body.fell()
	t.item.fell()
	tellings.Put(t)
	return all, steps, err
}

// MayTell reports whether events of a type, or of several types (""), may be about subjects.
func (p *Provider) MayTell(typ string) bool {
	return len(p.tells) > 0 && (typ == "" || p.batch != nil || slices.ContainsFunc(p.tells, func(tl tell) bool { return tl.about(typ) }))
}

func (p *Provider) tellAll(t *telling, items []gjson.Result) []hook.Statement {
	var all []hook.Statement
	for i, item := range items[:min(len(items), maxItems)] {
		if t.cut {
			return nil
		}
		t.item.plant(item.Raw, &t.meter)
		t.look(item)
		if len(items) > 1 {
			one := p.event(&t.request)
			if one.ID == "" {
				one.ID = string(t.record.ID) + "/" + strconv.Itoa(i)
			}
			all = p.told(t, all, one)
		}
	}
	if len(items) > 1 {
		return all
	}
	return p.told(t, nil, p.sole(t))
}

// Tells reports whether the sender's events are about subjects at all.
func (p *Provider) Tells() bool { return len(p.tells) > 0 }

// sole is the one event of a delivery: as it was kept, or read anew.
func (p *Provider) sole(t *telling) hook.Event {
	r := t.record
	one := hook.Event{ID: r.Event, Type: r.Type, OccurredAt: r.OccurredAt}
	if one.Type == "" {
		one = p.event(&t.request)
	}
	if one.ID == "" {
		one.ID = string(r.ID)
	}
	return one
}

// telling is a request of which a story is read.
type telling struct {
	request
	body, item tree
}

// tellings are used again and again: what they hold of a body is larger than what is told of it.
var tellings = sync.Pool{New: func() any { return new(telling) }}

// told appends what one event tells.
func (p *Provider) told(t *telling, all []hook.Statement, one hook.Event) []hook.Statement {
	for i := range p.tells {
		tl := &p.tells[i]
		if !tl.about(one.Type) {
			continue
		}
		if s, says := t.statement(tl, one); says {
			all = append(all, s)
		}
		if !tl.also {
			break
		}
	}
	return all
}

// about reports whether a tell is about events of a type.
func (tl *tell) about(typ string) bool {
	return slices.ContainsFunc(tl.types, func(pattern string) bool { return matches(pattern, typ) })
}

func matches(pattern, typ string) bool {
	last := len(pattern) - 1
	return pattern == typ || last >= 0 && pattern[last] == '*' && strings.HasPrefix(typ, pattern[:last])
}

// statement reads what a tell says of its subject; false where it says nothing, or of nobody.
func (t *telling) statement(tl *tell, one hook.Event) (s hook.Statement, says bool) {
	w := t.word(&tl.says)
	if w.kind == "" {
		return s, false
	}
	of, r := tl.of, t.record
	s.Subject, s.Names = of.kind, t.names(of)
	if s.Subject == "" {
		s.Subject = hook.KindPayment
	}
	s.Evidence = hook.Evidence{
		Event: one.ID, Kind: w.kind, At: one.OccurredAt, Seq: r.Seq, Delivery: r.ID, Type: one.Type, ReceivedAt: r.ReceivedAt,
		State: w.state, Tone: w.tone, Final: w.final, Refund: t.first(tl.refund, maxName),
		Customer: t.customer(of), URL: t.url(of), Title: t.title(of),
	}
	sent := t.word(&of.fulfils)
	s.Fulfilment, s.Rank = sent.state, w.rank+sent.rank
	if of.version != "" {
		s.Version, _ = strconv.ParseInt(t.read(of.version), 10, 64) // 0 where there is none
	}
	for _, spot := range of.times {
		if at, ok := readTime(t.read(spot)); ok {
			s.At = at
			break
		}
	}
	if s.At.IsZero() {
		s.At = r.ReceivedAt
	}
	t.money(&s.Evidence, tl)
	t.refer(&s, of)
	return s, len(s.Names) > 0
}

func (t *telling) word(s *saying) word {
	if s.at == "" {
		return s.other
	}
	spot, more, several := strings.Cut(s.at, "+")
	at := t.read(spot)
	for several {
		spot, more, several = strings.Cut(more, "+")
		at += "/" + t.read(spot)
	}
	if w, known := s.cases[at]; known {
		return w
	}
	return s.other
}

// read returns the text at a spot of a story, "" where there is none.
func (t *telling) read(spot string) string {
	spot, asked := strings.CutPrefix(spot, "?")
	where, path, _ := strings.Cut(spot, ":")
	var from *tree
	switch where {
	case "body":
		from = &t.body
	case "item":
		from = &t.item
	}
	switch {
	case from == nil && !asked:
		return t.request.read(spot)
	case !asked:
		return from.text(path)
	case from == nil && t.request.read(spot) != "", from != nil && from.something(path):
		return "yes"
	default:
		return ""
	}
}
