package provider

import "hookbeam/server/payload"

// orderNumbers are the ways in which shops write their order's number among the facts that they may add
// to a payment.
func orderNumbers(within string) []payload.Selector {
	return payload.SelectAll(within+".order_id", within+".orderId", within+".order_number", within+".orderNumber")
}
