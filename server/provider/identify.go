package provider

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"hookbeam/server/hook"
)

// maxEvent and maxType bound what an event is called, in bytes; a longer name is taken for none.
const (
	maxEvent = 256
	maxType  = 200
)

// maxItems bounds the events of one body.
const maxItems = 1000

// batch is where several events stand in one body.
type batch struct {
	list  string // path of the list in an object; "": the body is the list
	field string // the form field that holds the list; "": none
	inner string // path of the event in an item; "": the item is the event
}

// items returns the events of a body, one more than maxItems at most; none where the body is no batch.
func (b *batch) items(q *request) []gjson.Result {
	if q.items == nil {
		q.items = b.read(q)
	}
	return q.items
}

func (b *batch) read(q *request) []gjson.Result {
	items := []gjson.Result{}
	var found gjson.Result
	switch first := firstByte(q.record.Body); {
	case b.field != "":
		found = gjson.Parse(q.fields().Get(b.field))
	case b.list != "":
		found = q.json(b.list)
	case first == '[':
		found = gjson.ParseBytes(q.record.Body)
	}
	if !found.IsArray() || !q.charge(len(found.Raw)) {
		return items
	}
	found.ForEach(func(_, item gjson.Result) bool {
		if b.inner != "" {
			if !q.charge(len(item.Raw)) { // to be told all or nothing
				items = items[:0]
				return false
			}
			item = item.Get(b.inner)
		}
		items = append(items, item)
		return len(items) <= maxItems
	})
	return items
}

// identify reads what the event is called and what else the sender says of it. A body of several events has no id of
// its own, and of the rest only what all of them share.
func (p *Provider) identify(q *request, f *Finding) {
	if p.batch != nil {
		items := p.batch.items(q)
		if len(items) > 1 {
			f.Batch = p.batchOf(q, items)
			f.Type, f.Account, f.Mode = f.Batch[0].Type, f.Batch[0].Account, f.Batch[0].Mode
			for _, e := range f.Batch {
				f.Type, f.Account, f.Mode = agreed(f.Type, e.Type), agreed(f.Account, e.Account), agreed(f.Mode, e.Mode)
			}
			return
		}
		if len(items) == 1 {
			q.look(items[0])
		}
	}
	e := p.event(q)
	f.Event, f.Type, f.OccurredAt, f.Account, f.Mode = e.ID, e.Type, e.OccurredAt, e.Account, e.Mode
}

// Events returns every event of a body that has several; none where it has one.
func (p *Provider) Events(e *hook.Endpoint, r *hook.Record) []hook.Event {
	var f Finding
	p.identify(&request{record: r, endpoint: e}, &f)
	return f.Batch
}

func (p *Provider) batchOf(q *request, items []gjson.Result) []hook.Event {
	events := make([]hook.Event, min(len(items), maxItems))
	for i := range events {
		q.look(items[i])
		events[i] = p.event(q)
	}
	return events
}

func agreed(a, b string) string {
	if a != b {
		return ""
	}
	return a
}

// event reads one event: that of the body, or of the item that is being looked at.
func (p *Provider) event(q *request) hook.Event {
	e := hook.Event{Type: p.typeOf(q), Mode: q.modeAt(p.mode)}
	if e.Account = q.read(p.owner); len(e.Account) > maxEvent || !printable(e.Account) {
		e.Account = ""
	}
	for _, spot := range p.times {
		if at, ok := readTime(q.read(spot)); ok {
			e.OccurredAt = at
			break
		}
	}
	for _, spots := range p.events {
		if id, there := q.join(spots); there {
			if len(id) <= maxEvent {
				e.ID = id
			}
			break
		}
	}
	return e
}

// modeAt reads whether an event is real or a test.
func (q *request) modeAt(spot string) string {
	spot, inverted := strings.CutPrefix(spot, "!")
	real := false
	switch strings.ToLower(q.read(spot)) {
	case "true", "live", "production", "api.paypal.com", "api-m.paypal.com":
		real = true
	case "false", "test", "sandbox", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com":
	default:
		return ""
	}
	if real != inverted {
		return hook.ModeLive
	}
	return hook.ModeTest
}

// timeForms are how senders write times that are no numbers. Without a zone they mean UTC.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700"}

// readTime reads a time as text, or as seconds or milliseconds since 1970; none before 2000 or after 2100 is one.
func readTime(s string) (hook.Time, bool) {
	if s == "" || len(s) > 40 {
		return hook.Time{}, false
	}
	var at time.Time
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n < 1e11 {
			n *= 1000
		}
		if !(n > 0 && n < 1e14) {
			return hook.Time{}, false
		}
		at = time.UnixMilli(int64(n))
	} else {
		for _, form := range timeForms {
			if at, err = time.Parse(form, s); err == nil {
				break
			}
		}
	}
	if at.Year() < 2000 || at.Year() > 2100 {
		return hook.Time{}, false
	}
	return hook.Millis(at.UnixMilli()), true
}

func (p *Provider) typeOf(q *request) string {
	for _, spot := range p.types {
		if t := q.read(spot); t != "" {
			if len(t) <= maxType && printable(t) {
				return t
			}
			return ""
		}
	}
	return ""
}

// join returns the texts at some spots, which must all be there.
func (q *request) join(spots string) (id string, there bool) {
	if !strings.Contains(spots, "+") {
		id = q.read(spots)
		return id, id != ""
	}
	var b strings.Builder
	for spot := range strings.SplitSeq(spots, "+") {
		part := q.read(spot)
		if part == "" {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		b.WriteString(part)
	}
	return b.String(), true
}

func printable(s string) bool {
	for _, c := range s {
		if !unicode.IsPrint(c) {
			return false
		}
	}
	return utf8.ValidString(s)
}
