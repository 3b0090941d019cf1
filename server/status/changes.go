package status

import (
	"cmp"
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// changedBytes is about how many bytes of JSON one call of Changed returns.
const changedBytes = 4 << 20

// Changed returns the statuses whose last delivery is in (from, until], in the log's order. until is upTo, or before it
// if they are more than changedBytes: all changes of one delivery are returned by the same call.
//
// The live hub calls it to fill frames. A status may be returned more than once, its newest state last: a client that
// applies the changes in order ends with the same statuses as one that loads them.
func (v View) Changed(
	ctx context.Context,
	from, upTo hook.Seq,
) (all []hook.StatusChange, until hook.Seq, err error) {
	if found, ok := v.changed(from, upTo); ok {
		all, until = encoded(found, upTo)
		return all, until, nil
	}
	waiting := v.waiting(from, upTo) // read first: what is stored meanwhile is returned twice rather than never
	v.p.using.RLock()
	defer v.p.using.RUnlock()
	all, until, err = v.p.store.Changed(ctx, from, upTo, changedBytes)
	if err != nil {
		return nil, from, err
	}
	more, end := encoded(waiting, until)
	until = min(until, end)
	all = slices.DeleteFunc(all, func(c hook.StatusChange) bool { return c.Seq > until })
	all = append(all, more...)
	slices.SortStableFunc(all, func(a, b hook.StatusChange) int { return cmp.Compare(a.Seq, b.Seq) })
	return all, until, nil
}

// encoded encodes statuses, which are in the log's order, up to changedBytes.
func encoded(found []*hook.Status, upTo hook.Seq) (all []hook.StatusChange, until hook.Seq) {
	bytes := 0
	for i, st := range found {
		if st.Seq > upTo {
			break
		}
		if bytes > changedBytes && st.Seq > found[i-1].Seq {
			return all, found[i-1].Seq
		}
		all = append(
			all,
			hook.StatusChange{Seq: st.Seq, Endpoint: st.Endpoint, Text: wire.AppendStatus(make([]byte, 0, 768), st)},
		)
		bytes += len(all[i].Text)
	}
	return all, upTo
}

// waiting returns the changes in (from, upTo] that are not stored yet, in the log's order. A reference that is shown as
// its only member is no change of its own.
func (v View) waiting(from, upTo hook.Seq) (all []*hook.Status) {
	v.p.mu.RLock()
	defer v.p.mu.RUnlock()
	for _, s := range v.p.pending.subjects {
		if st := &s.Status; st.Seq > from && st.Seq <= upTo && st.State != "" && !st.IsAlias() {
			all = append(all, st)
		}
	}
	slices.SortFunc(all, func(a, b *hook.Status) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// changed returns the changes in (from, upTo] if all of them are in recent, in the log's order. A subject that changed
// several times is in recent once for each.
func (v View) changed(from, upTo hook.Seq) (found []*hook.Status, ok bool) {
	v.p.mu.RLock()
	defer v.p.mu.RUnlock()
	if from < v.p.recent.floor {
		return nil, false
	}
	for i := len(v.p.recent.changes) - 1; i >= 0 && v.p.recent.changes[i].Seq > from; i-- {
		if st := v.p.recent.changes[i]; st.Seq <= upTo {
			found = append(found, st)
		}
	}
	slices.Reverse(found)
	return found, true
}
