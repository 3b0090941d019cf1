package payload

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// MaxItems is the largest number of events in one body.
const MaxItems = 1000

// Batch says where the events are if a body has several: in a list in its JSON, in a list in a form field, or in
// the body itself, which the zero Batch means. A sender's signature profile and its event rules share one Batch.
type Batch struct {
	List  string // path of the list in an object; "": the body is the list
	Field string // the form field that holds the list; "": none
	Inner string // name of the event in an item; "": the item is the event
}

// Items returns the JSON of each event in the body, at most MaxItems+1, so that the caller can detect more. It
// returns none if the body is no batch, or b is nil. If reading costs too many steps, it returns none instead of a
// part, because a signature of some items proves nothing about the others.
func (q *Request) Items(b *Batch) []string {
	if b == nil {
		return nil
	}
	if !q.batched {
		q.items, q.batched = q.readItems(b), true
	}
	return q.items
}

// readItems finds the list of a batch and splits it.
func (q *Request) readItems(b *Batch) (items []string) {
	list := ""
	switch {
	case b.Field != "":
		list = q.fields().Get(b.Field)
	case b.List != "":
		path := ParsePath(b.List)
		list = q.json().raw(&path)
	case FirstByte(q.Record.Body) == '[':
		list = q.json().root
	}
	found := gjson.Parse(list)
	if !found.IsArray() || !q.Charge(len(found.Raw)) {
		return nil
	}
	found.ForEach(func(_, item gjson.Result) bool {
		if b.Inner != "" {
			if !q.Charge(len(item.Raw)) { // all items or none
				items = nil
				return false
			}
			item = item.Get(b.Inner)
		}
		items = append(items, item.Raw)
		return len(items) <= MaxItems
	})
	return items
}

// Look selects an item of a batch: selectors of "item" read it from now on. "" selects none.
func (q *Request) Look(item string) { q.item.Reset(item, &q.Meter) }

// ItemPath returns the path of item i in the body's JSON.
func (b *Batch) ItemPath(i int) string {
	path := strconv.Itoa(i)
	if b.List != "" {
		path = b.List + "." + path
	}
	if b.Inner != "" {
		path += "." + b.Inner
	}
	return path
}
