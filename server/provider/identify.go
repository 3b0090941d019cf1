package provider

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"
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
	inner string // path of the event in an item; "": the item is the event
}

// items returns the events of a body, one more than maxItems at most; none where the body is no batch.
func (b *batch) items(q *request) (items []gjson.Result) {
	var found gjson.Result
	switch first := firstByte(q.record.Body); {
	case b.list != "":
		found = q.json(b.list)
	case first == '[':
		found = gjson.ParseBytes(q.record.Body)
	}
	if !found.IsArray() {
		return nil
	}
	found.ForEach(func(_, item gjson.Result) bool {
		if b.inner != "" {
			item = item.Get(b.inner)
		}
		items = append(items, item)
		return len(items) <= maxItems
	})
	return items
}

// identify reads what the event is called. A body of several events has no id of its own, and a type only where all
// of them share it.
func (p *Provider) identify(q *request, f *Finding) {
	if p.batch != nil {
		items := p.batch.items(q)
		if len(items) > 1 {
			f.Type = p.sharedType(q, items)
			return
		}
		if len(items) == 1 {
			q.item = items[0]
		}
	}
	f.Type = p.typeOf(q)
	for _, spots := range p.events {
		if id, there := q.join(spots); there {
			if len(id) <= maxEvent {
				f.Event = id
			}
			return
		}
	}
}

func (p *Provider) sharedType(q *request, items []gjson.Result) (shared string) {
	for i, item := range items {
		q.item = item
		t := p.typeOf(q)
		if i > 0 && t != shared {
			return ""
		}
		shared = t
	}
	return shared
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
