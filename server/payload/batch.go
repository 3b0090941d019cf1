package payload

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// MaxItems bounds the events of one body.
const MaxItems = 1000

// Batch is where several events stand in one body: a list in its JSON, or in a form's field, or the
// body itself. The zero Batch is a body that is a list of events. A sender's signature and its event
// rules share one.
type Batch struct {
	List  string // path of the list in an object; "": the body is the list
	Field string // the form field that holds the list; "": none
	Inner string // name of the event in an item; "": the item is the event
}

// Items returns the events of a body as they are written, one more than MaxItems at most; none where
// the body is no batch, or b is nil. All of them or none are returned where reading costs too much.
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
			if !q.Charge(len(item.Raw)) { // to be read all or not at all
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

// Look turns to an item of a batch: selectors of "item" read that one from now on. "" is none.
func (q *Request) Look(item string) { q.item.Reset(item, &q.Meter) }

// ItemPath is the path of an item of the batch in the body's JSON.
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
