package provider

import "hookbeam/server/payload"

// orderNumbers selects the names under which merchants usually put their order number into the metadata of a payment;
// within is the path of the metadata object.
func orderNumbers(within string) []payload.Selector {
	return payload.SelectAll(within+".order_id", within+".orderId", within+".order_number", within+".orderNumber")
}
