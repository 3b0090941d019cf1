package provider

import "hookbeam/server/hook"

// Events of shops are whole orders: the newest counts. Within its second that is the one which has come further.
var (
	shopifyOrder = thing{
		kind: hook.KindOrder, names: []naming{{prefix: "shopify-order", at: "body:id"}}, times: []string{"body:updated_at"},
		references: []string{"body:name", "body:order_number"},
		lent:       by("setting:shops", kinds{"several": hook.Info}, ""), // each counts its orders from 1001
		customer:   []string{"body:email", "body:contact_email", "body:customer.email"},
		amounts:    []amount{{at: "body:total_price"}}, currency: []string{"body:currency"}, decimal: true,
		fulfils: saying{at: "body:fulfillment_status", other: word{state: hook.StateUnfulfilled}, cases: words{
			"partial":   {state: hook.StatePartiallyFulfilled, rank: 1},
			"fulfilled": {state: hook.StateFulfilled, rank: 2},
			"restocked": {state: hook.StateReturned, rank: 3}}},
	}

	wooOrder = thing{
		kind: hook.KindOrder, names: []naming{{prefix: "woocommerce-order", at: "body:id"}}, times: []string{"body:date_modified_gmt"},
		references: []string{"body:number"}, customer: []string{"body:billing.email"},
		amounts: []amount{{at: "body:total"}}, currency: []string{"body:currency"}, decimal: true,
		fulfils: saying{at: "body:status", other: word{state: hook.StateUnfulfilled}, cases: words{
			"completed": {state: hook.StateFulfilled, rank: 1}}},
	}
)

// shopifyTells: https://shopify.dev/docs/api/webhooks
var shopifyTells = []tell{
	{types: []string{"orders/create", "orders/updated", "orders/paid", "orders/partially_fulfilled", "orders/fulfilled", "orders/cancelled"},
		says: shopifyStates(), of: &shopifyOrder},
}

// shopifyStates: an order that was canceled is, whatever became of its money.
func shopifyStates() saying {
	canceled, w := word{state: hook.StateCanceled, rank: 70}, words{}
	for status, of := range (words{
		"":                   {state: hook.StatePending},
		"pending":            {state: hook.StatePending},
		"authorized":         {state: hook.StateAuthorized, rank: 10},
		"partially_paid":     {state: hook.StatePartiallyPaid, rank: 20},
		"paid":               {state: hook.StatePaid, rank: 30},
		"partially_refunded": {state: hook.StatePartiallyRefunded, rank: 40},
		"refunded":           {state: hook.StateRefunded, rank: 50},
		"expired":            {state: hook.StateExpired, rank: 60},
		"voided":             canceled,
	}) {
		w["/"+status], w["yes/"+status] = of, canceled
	}
	return stands("?body:cancelled_at+body:financial_status", w)
}

// wooTells: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
var wooTells = []tell{
	{types: []string{"order.created", "order.updated", "order.restored"}, says: wooStates(), of: &wooOrder},
	{types: []string{"order.deleted"}, says: saying{other: word{kind: hook.Stands, state: hook.StateCanceled, rank: 90}}, of: &wooOrder},
}

// wooStates: an order keeps its status when a part of its money goes back.
func wooStates() saying {
	part, w := word{state: hook.StatePartiallyRefunded, rank: 40}, words{}
	for status, of := range (words{
		"checkout-draft": {state: hook.StatePending},
		"pending":        {state: hook.StatePending},
		"failed":         {state: hook.StateFailed, rank: 10},
		"on-hold":        {state: hook.StateProcessing, rank: 20},
		"processing":     {state: hook.StatePaid, rank: 30},
		"completed":      {state: hook.StatePaid, rank: 30},
		"refunded":       {state: hook.StateRefunded, rank: 50},
		"cancelled":      {state: hook.StateCanceled, rank: 60},
		"trash":          {state: hook.StateCanceled, rank: 70},
	}) {
		w[status+"/"], w[status+"/yes"] = of, of
		if of.state == hook.StatePaid {
			w[status+"/yes"] = part
		}
	}
	return stands("body:status+?body:refunds.0", w)
}
