package provider

import (
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

func TestAnOrderIsNotKnownByItsNumberWhereSeveralShopsCountOrders(t *testing.T) {
	p, _ := For("shopify")
	r := extracttest.Record("POST", nil, `{"id":7,"name":"#1001","order_number":1001,"financial_status":"paid"}`)
	r.Type = "orders/paid"
	for set, want := range map[string]string{"several": "stands paid unfulfilled: shopify-order/7",
		"": "stands paid unfulfilled: shopify-order/7 order/#1001 order/1001"} {
		e := &hook.Endpoint{Settings: map[string]string{"shops": set}}
		if got := extracttest.Summary(p.mustExtract(t, e, r)); got != want {
			t.Errorf("%q: %s", set, got)
		}
	}
}

var shopsExpected = map[string]string{
	"shopify/customers-update":          "",
	"shopify/fulfillments-create":       "",
	"shopify/inventory_levels-update":   "",
	"shopify/order_transactions-create": "",
	"shopify/orders-create": "stands 1000 USD canceled unfulfilled: shopify-order/123456 " +
		"order/#9999 order/1234",
	"shopify/orders-updated": "stands 10531 EUR authorized partially_fulfilled: shopify-order/450789469 " +
		"order/#1001 order/1001",
	"shopify/products-update":   "",
	"woocommerce/order.created": "stands 2935 USD paid unfulfilled: woocommerce-order/727 order/727",
	"woocommerce/order.updated": "stands 2935 USD paid unfulfilled: woocommerce-order/727 order/727",
	"woocommerce/ping":          "",
}
