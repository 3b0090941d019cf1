package payload

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// MaxItems is the largest number of events in one body.
const MaxItems = 1000

// Batch says where the events are if a body has several: in a list in its JSON, in a list in a form field, or in
// the body itself, which the zero Batch means. A sender's signature profile and its event rules share one Batch.
//
// In XML, which has no lists of one, an object in place of the list is its only event.
type Batch struct {
	// List is the path of the list in an object; "": the body is the list. "entry.*.changes" is the lists at changes in
	// each element of the list entry, one after the other; selectors of "outer" read that element. Several paths have
	// "|" between them, and all of their lists count.
	List  string
	Field string // the form field that holds the list; "": none
	Inner string // name of the event in an item; "": the item is the event
	// Lines: the body may be JSON lines, objects with white space between them, instead of a list.
	Lines bool
}

// Items returns the JSON of each event in the body, at most MaxItems+1, so that the caller can detect more. It
// returns none if the body is no batch, or b is nil. If reading costs too many steps, it returns none instead of a
// part, because a signature of some items proves nothing about the others.
func (q *Request) Items(b *Batch) []string {
	if b == nil {
		return nil
	}
	if !q.batched {
		q.items, q.outers, q.batched = nil, nil, true
		if !q.readItems(b) {
			q.items, q.outers = nil, nil
		}
	}
	return q.items
}

// readItems finds the lists of a batch and splits them. It returns false if it would cost too many steps.
func (q *Request) readItems(b *Batch) bool {
	switch {
	case b.Field != "":
		return q.addList(b, gjson.Parse(q.fields().Get(b.Field)), "")
	case b.List != "":
		for path := range strings.SplitSeq(b.List, "|") {
			if !q.addLists(b, path) {
				return false
			}
		}
		return true
	}
	document := q.json()
	if !q.isList && b.Lines {
		return q.addLines(document.root)
	}
	return !q.isList || q.addList(b, gjson.Parse(document.root), "")
}

// addLists adds the events of the list at a path, or of several lists if it has "*".
func (q *Request) addLists(b *Batch, path string) bool {
	path, inner, nested := strings.Cut(path, ".*.")
	at := ParsePath(path)
	list := q.json().raw(&at)
	if !nested {
		return q.addList(b, gjson.Parse(list), "")
	}
	ok := q.Charge(len(list))
	if !ok {
		return false
	}
	each(gjson.Parse(list), func(outer gjson.Result) bool {
		ok = q.Charge(len(outer.Raw)) && q.addList(b, outer.Get(inner), outer.Raw)
		return ok && len(q.items) <= MaxItems
	})
	return ok
}

// addList adds the events of a list.
func (q *Request) addList(b *Batch, list gjson.Result, outer string) bool {
	if isOnly := list.IsObject() && q.Envelope.XML; !list.IsArray() && !isOnly {
		return true // no batch
	}
	if !q.Charge(len(list.Raw)) {
		return false
	}
	ok := true
	each(list, func(item gjson.Result) bool {
		if b.Inner != "" {
			if ok = q.Charge(len(item.Raw)); !ok {
				return false
			}
			item = item.Get(b.Inner)
		}
		q.items = append(q.items, item.Raw)
		if outer != "" {
			q.outers = append(q.outers, outer)
		}
		return len(q.items) <= MaxItems
	})
	return ok
}

// each calls do for the elements of a list until it returns false, or for an object itself.
func each(list gjson.Result, do func(gjson.Result) bool) {
	if list.IsObject() {
		do(list)
	} else if list.IsArray() {
		list.ForEach(func(_, item gjson.Result) bool { return do(item) })
	}
}

// addLines adds the objects of JSON lines. If one is no object, the body is no batch.
func (q *Request) addLines(lines string) bool {
	if !q.Charge(len(lines)) {
		return false
	}
	end, sound := 0, true
	gjson.ForEachLine(lines, func(line gjson.Result) bool {
		end, sound = line.Index+len(line.Raw), line.IsObject()
		q.items = append(q.items, line.Raw)
		return sound && len(q.items) <= MaxItems
	})
	if !sound || len(q.items) <= MaxItems && strings.TrimSpace(lines[end:]) != "" {
		q.items = nil
	}
	return true
}

// Look selects item i of the batch that Items returned: selectors of "item" and "outer" read it from now on. If there
// is none, which is so after Changed, they read nothing.
func (q *Request) Look(i int) {
	q.looked = ""
	if i < len(q.items) {
		q.looked = q.items[i]
	}
	q.item.Reset(q.looked, &q.Meter)
	outer := ""
	if i < len(q.outers) {
		outer = q.outers[i]
	}
	if q.outer.root != outer { // many items may share it
		q.outer.Reset(outer, &q.Meter)
	}
}

// itemSHA256 returns the hash of the selected item, as it was sent; "" if none is selected.
func (q *Request) itemSHA256() string {
	if q.looked == "" || !q.Charge(len(q.looked)) {
		return ""
	}
	q.Hashed += len(q.looked)
	sum := sha256.Sum256([]byte(q.looked))
	return "sha256:" + hex.EncodeToString(sum[:])
}

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
