package status

import (
	"cmp"
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// changedBytes is about how much is told of changes at once.
const changedBytes = 4 << 20

// Changed returns the statuses whose last delivery is in (from, until], in the log's order. until is upTo, or before it
// where they are more than changedBytes: all of one delivery are told at once.
func (b *Board) Changed(
	ctx context.Context,
	from, upTo hook.Seq,
) (all []hook.StatusChange, until hook.Seq, err error) {
	if found, ok := b.changed(from, upTo); ok {
		all, until = encoded(found, upTo)
		return all, until, nil
	}
	waiting := b.waiting(from, upTo) // read first: what is stored meanwhile is told twice rather than never
	b.using.RLock()
	defer b.using.RUnlock()
	all, until, err = b.store.Changed(ctx, from, upTo, changedBytes)
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

// encoded writes statuses, which are in the log's order, as far as they are told at once.
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

// waiting are the changes in (from, upTo] that are not stored yet, in the log's order.
func (b *Board) waiting(from, upTo hook.Seq) (all []*hook.Status) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, s := range b.pending.subjects {
		if st := &s.Status; st.Seq > from && st.Seq <= upTo && st.State != "" && !st.IsAlias() {
			all = append(all, st)
		}
	}
	slices.SortFunc(all, func(a, b *hook.Status) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

// changed are the changes in (from, upTo] where they are among the newest, in the log's order.
func (b *Board) changed(from, upTo hook.Seq) (found []*hook.Status, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if from < b.recent.floor {
		return nil, false
	}
	for i := len(b.recent.changes) - 1; i >= 0 && b.recent.changes[i].Seq > from; i-- {
		if st := b.recent.changes[i]; st.Seq <= upTo {
			found = append(found, st)
		}
	}
	slices.Reverse(found)
	return found, true
}
