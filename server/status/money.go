package status

import "hookbeam/server/hook"

// amounts are what was paid, or asked for where nothing was, and what of it went back. The currency is that of the
// money that came; what is said in another counts for nothing.
func amounts(so []hook.Evidence, l *latest) (currency string, amount, refunded int64) {
	_, captured := l.of(hook.Captured)
	for _, e := range so {
		if amountOf(&e) == 0 || captured && e.Kind != hook.Captured || !captured && e.Kind == hook.Refund {
			continue
		}
		if currency == "" || captured {
			currency = e.Currency
		}
		if e.Currency == currency {
			amount = max(amount, amountOf(&e))
		}
	}
	if amount == 0 { // a payment of which only its refund is known
		for _, e := range so {
			if e.Kind == hook.Refund && amountOf(&e) > 0 {
				currency = e.Currency
			}
		}
	}
	return currency, amount, back(so, currency, amount)
}

// back is what was refunded: the newest total that the provider gave, less the refunds that failed since, or the
// refunds one by one where that is more. A refund of no amount is one of everything.
func back(so []hook.Evidence, currency string, amount int64) int64 {
	type one struct {
		amount int64
		failed bool
	}
	refunds := map[string]one{}
	var total, failedSince int64
	for _, e := range so {
		if e.Currency != currency && amountOf(&e) != 0 {
			continue
		}
		switch {
		case e.Kind == hook.Refund && e.Total != 0:
			total, failedSince = e.Total, 0
		case e.Kind == hook.Refund:
			r := one{amount: e.Amount}
			if r.amount == 0 {
				r.amount = max(amount, 1)
			}
			refunds[name(e)] = r
		case e.Kind == hook.RefundFailed:
			r := refunds[name(e)]
			if e.Amount != 0 {
				r.amount = e.Amount
			}
			if r.amount == 0 {
				r.amount = total
			}
			if !r.failed {
				failedSince += r.amount
			}
			refunds[name(e)] = one{r.amount, true}
		}
	}
	var sum int64
	for _, r := range refunds {
		if !r.failed {
			sum += r.amount
		}
	}
	return max(total-failedSince, sum, 0)
}

func name(e hook.Evidence) string {
	if e.Part != "" {
		return "refund/" + e.Part
	}
	return "event/" + e.Event
}

// amountOf is the amount of a part, or the sum that an event tells instead.
func amountOf(e *hook.Evidence) int64 { return max(e.Amount, e.Total) }
