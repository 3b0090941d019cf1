package api

import (
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// listRedeliveries lists the deliveries of one event, each compared with the first one that is kept. A damaged
// delivery is listed but not compared; if the first one is damaged, none is. It needs a session or a token. Errors:
// "not_found", "busy", and the error of a damaged record if the delivery itself is damaged.
func (a *API) listRedeliveries(ctx context.Context, in *deliveryID) (*struct{ Body wire.RedeliveryList }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, redeliveriesCost)
	if err != nil {
		return nil, err
	}
	defer done()
	found, err := a.Deliveries.Redeliveries(ctx, r.Delivery)
	if err != nil {
		return nil, err
	}
	list := make([]wire.Redelivery, len(found))
	for i, d := range found {
		list[i] = wire.Redelivery{Delivery: wire.NewDelivery(&d.Delivery), Differs: []string{}}
		switch {
		case d.Integrity == hook.IntegrityDamaged:
			list[i].Integrity = d.Integrity
		case found[0].Integrity != hook.IntegrityDamaged:
			list[i].Differs = differences(found[0], d)
		}
	}
	return &struct{ Body wire.RedeliveryList }{wire.RedeliveryList{Redeliveries: list, Tries: list}}, nil
}

// differences returns what differs between two deliveries: "body", and the names of headers, each once.
func differences(first, other hook.Redelivery) []string {
	names := []string{}
	if !other.SameBody {
		names = append(names, "body")
	}
	before, after := headersByName(first.Headers), headersByName(other.Headers)
	for _, h := range slices.Concat(first.Headers, other.Headers) {
		if !slices.Equal(before[h.Name], after[h.Name]) && !slices.Contains(names, h.Name) {
			names = append(names, h.Name)
		}
	}
	return names
}

// headersByName groups header values by name, in the order received.
func headersByName(headers []hook.Header) map[string][]string {
	m := make(map[string][]string, len(headers))
	for _, h := range headers {
		m[h.Name] = append(m[h.Name], h.Value)
	}
	return m
}
