package live

import (
	"context"
	"strconv"

	"hookbeam/server/hook"
)

// encode encodes the deliveries of (from, until], each before the statuses that it moved; until is before upTo where those
// are so many that they are read part by part.
func (b *blocks) encode(ctx context.Context, page []hook.Delivery, from, upTo hook.Seq) (all []entry, until hook.Seq, err error) {
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
		all = append(all, entry{seq: c.Seq, endpoint: c.Endpoint, status: true, text: statusUpdate(c)})
	}
	return append(all, deliveries...), until, nil
}

func statusUpdate(c hook.StatusChange) []byte {
	b := append(make([]byte, 0, len(c.Text)+48), `{"kind":"status","seq":`...)
	b = append(strconv.AppendInt(b, int64(c.Seq), 10), `,"status":`...)
	return append(append(b, c.Text...), '}')
}

// encodePage encodes deliveries as updates, all into one piece of memory.
func encodePage(page []hook.Delivery) []entry {
	entries := make([]entry, len(page))
	ends := make([]int, len(page))
	b := make([]byte, 0, 400*len(page))
	for i := range page {
		b = appendUpdate(b, &page[i])
		ends[i] = len(b)
	}
	from := 0
	for i, d := range page {
		entries[i] = entry{seq: d.Seq, endpoint: d.Endpoint, text: b[from:ends[i]:ends[i]]}
		from = ends[i]
	}
	return entries
}

// appendUpdate writes what encoding/json would write of the same delivery, at a fifth of its cost: it is done once for
// each delivery that is received.
func appendUpdate(b []byte, d *hook.Delivery) []byte {
	b = append(b, `{"kind":"delivery","seq":`...)
	b = strconv.AppendInt(b, int64(d.Seq), 10)
	b = append(b, `,"delivery":{"id":"`...)
	b = append(b, d.ID...)
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, int64(d.Seq), 10)
	b = hook.AppendText(b, `,"endpoint":`, string(d.Endpoint))
	b = hook.AppendText(b, `,"method":`, d.Method)
	b = hook.AppendText(b, `,"path":`, d.Path)
	b = hook.AppendOptional(b, `,"query":`, d.Query)
	b = hook.AppendOptional(b, `,"type":`, d.Type)
	b = hook.AppendOptional(b, `,"event":`, d.Event)
	b = hook.AppendOptional(b, `,"content_type":`, d.ContentType)
	b = append(b, `,"size":`...)
	b = strconv.AppendInt(b, d.Size, 10)
	b = hook.AppendText(b, `,"verdict":`, string(d.Verdict))
	b = hook.AppendOptional(b, `,"reason":`, string(d.Reason))
	b = hook.AppendOptional(b, `,"secret":`, d.Secret)
	b = hook.AppendNumber(b, `,"duplicate_of":`, int64(d.DuplicateOf))
	b = hook.AppendNumber(b, `,"try":`, int64(d.Try))
	b = hook.AppendNumber(b, `,"release_of":`, int64(d.ReleaseOf))
	if !d.OccurredAt.IsZero() {
		b = hook.AppendMoment(b, `,"occurred_at":`, d.OccurredAt)
	}
	b = hook.AppendOptional(b, `,"account":`, d.Account)
	b = hook.AppendOptional(b, `,"mode":`, d.Mode)
	b = hook.AppendNumber(b, `,"events":`, int64(d.Events))
	b = hook.AppendMoment(b, `,"received_at":`, d.ReceivedAt)
	return append(b, `}}`...)
}
