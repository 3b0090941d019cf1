package api

import (
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

func (a *API) listRedeliveries(ctx context.Context, in *deliveryID) (*struct{ Body wire.RedeliveryList }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, redeliveriesCost)
	if err != nil {
		return nil, err
	}
	defer done()
	tries, err := a.Deliveries.Redeliveries(ctx, r.Delivery)
	if err != nil {
		return nil, err
	}
	list := make([]wire.Redelivery, len(tries))
	for i, t := range tries {
		list[i] = wire.Redelivery{Delivery: wire.NewDelivery(&t.Delivery), Differs: []string{}}
		switch {
		case t.Integrity == hook.IntegrityDamaged:
			list[i].Integrity = t.Integrity
		case tries[0].Integrity != hook.IntegrityDamaged:
			list[i].Differs = differences(tries[0], t)
		}
	}
	return &struct{ Body wire.RedeliveryList }{wire.RedeliveryList{Redeliveries: list, Tries: list}}, nil
}

// differences names what t has otherwise than first.
func differences(first, t hook.Redelivery) []string {
	names := []string{}
	if !t.SameBody {
		names = append(names, "body")
	}
	was, is := byName(first.Headers), byName(t.Headers)
	for _, h := range slices.Concat(first.Headers, t.Headers) {
		if !slices.Equal(was[h.Name], is[h.Name]) && !slices.Contains(names, h.Name) {
			names = append(names, h.Name)
		}
	}
	return names
}

func byName(headers []hook.Header) map[string][]string {
	m := make(map[string][]string, len(headers))
	for _, h := range headers {
		m[h.Name] = append(m[h.Name], h.Value)
	}
	return m
}
