package live

import (
	"context"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// encode returns the updates of the range (from, until], encoded: each delivery of page, followed by the statuses that
// it changed. until is upTo, or less if there are too many changed statuses for one page; the caller then calls again
// for the rest. A change of a status always has the seq of the last delivery that changed it.
//
// Errors are those of Statuses.Changed.
func (b *blocks) encode(
	ctx context.Context,
	page []hook.Delivery,
	from, upTo hook.Seq,
) (all []entry, until hook.Seq, err error) {
	if b.statuses == nil {
		return encodePage(page), upTo, nil
	}
	changes, until, err := b.statuses.Changed(ctx, from, upTo)
	if err != nil {
		return nil, from, err
	}
	for len(page) > 0 && page[len(page)-1].Seq > until {
		page = page[:len(page)-1]
	}
	deliveries := encodePage(page)
	if len(changes) == 0 {
		return deliveries, until, nil
	}
	all = make([]entry, 0, len(deliveries)+len(changes))
	for _, c := range changes {
		for len(deliveries) > 0 && deliveries[0].seq <= c.Seq {
			all, deliveries = append(all, deliveries[0]), deliveries[1:]
		}
		all = append(all, entry{
			seq:      c.Seq,
			endpoint: c.Endpoint,
			status:   true,
			text:     wire.AppendStatusUpdate(make([]byte, 0, len(c.Text)+48), &c),
		})
	}
	return append(all, deliveries...), until, nil
}

// encodePage encodes deliveries as updates. All texts share one buffer: one allocation for a page instead of one for
// each delivery. The capacity of each text ends where the text ends, so that appending to it cannot change the next.
func encodePage(page []hook.Delivery) []entry {
	entries := make([]entry, len(page))
	ends := make([]int, len(page))
	b := make([]byte, 0, 400*len(page)) // 400 bytes are enough for most updates
	for i := range page {
		b = wire.AppendDeliveryUpdate(b, &page[i])
		ends[i] = len(b)
	}
	from := 0
	for i, d := range page {
		entries[i] = entry{seq: d.Seq, endpoint: d.Endpoint, text: b[from:ends[i]:ends[i]]}
		from = ends[i]
	}
	return entries
}
