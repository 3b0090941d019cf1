package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// psCharged is the charge that an invoice names.
const psCharged = `"transaction":{"reference":"r-1","status":"success","amount":4900,"currency":"EUR"}`

// paystackEdges are cases of invoices, currencies and disputes about a part.
var paystackEdges = ofProvider("paystack", []paymentCase{
	{name: "a month of a subscription, as its invoice alone says", events: []paymentEvent{
		paystackEvent(
			"invoice.update",
			fmt.Sprintf(`"invoice_code":"INV_1","status":"success",`+
				`"created_at":%q,`+psCharged, isoAt(5)),
		)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "a month of a subscription and its charge", events: []paymentEvent{psPaid,
		paystackEvent(
			"invoice.create",
			fmt.Sprintf(`"invoice_code":"INV_1","status":"success",`+
				`"created_at":%q,`+psCharged, isoAt(5)),
		)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	{name: "a month of a subscription is not paid yet", events: []paymentEvent{
		paystackEvent("invoice.create", `"invoice_code":"INV_1","amount":4900,"status":"pending","paid":false,`+
			`"transaction":{}`)},
		want: map[string]paymentWant{"payment/r-1": {currency: "-"}}},
	{name: "a dispute is lost about a part", events: []paymentEvent{psPaid,
		paystackEvent("charge.dispute.resolve", fmt.Sprintf(`"id":3,"status":"resolved","refund_amount":900,`+
			`"currency":"EUR","resolution":"merchant-accepted","transaction":{"reference":"r-1","amount":4900},`+
			`"resolvedAt":%q`, isoAt(9000)))},
		want: map[string]paymentWant{
			"payment/r-1": {state: hook.StatePaid, amount: 4900, dispute: hook.DisputeIsLost, kept: true}}},
	{name: "West African francs are written with two digits", events: []paymentEvent{
		{body: strings.ReplaceAll(psPaid.body, `"EUR"`, `"XOF"`)}},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 49, currency: "XOF"}}},
	{name: "M-Pesa", events: []paymentEvent{{body: strings.NewReplacer(`"EUR"`, `"KES"`, `"card"`, `"mobile_money"`).
		Replace(psPaid.body)}},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900, currency: "KES"}}},
	{name: "metadata is a number, as Paystack writes none", events: []paymentEvent{
		{body: strings.ReplaceAll(psPaid.body, `"metadata":{"order_id":"10-4471"}`, `"metadata":0`)}},
		want: map[string]paymentWant{"order/r-1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a refund needs the attention of the shop", events: []paymentEvent{psPaid,
		paystackRefundEvent("refund.needs-attention", `"R1"`, 900)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900}}},
	{name: "a refund before its charge is known", events: []paymentEvent{
		paystackRefundEvent("refund.processed", `"R1"`, 900), psPaid},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePartiallyRefunded, amount: 4900, refunded: 900}}},
	{name: "a stale decline of another reference", events: []paymentEvent{psPaid,
		paystackChargeEvent(9, "charge.failed", "r-0", "failed", "")},
		want: map[string]paymentWant{"order/10-4471": {state: hook.StatePaid, amount: 4900}}},
	{name: "less is captured than was held, and the rest is released", events: []paymentEvent{psReserved,
		{body: strings.ReplaceAll(
			paystackChargeEvent(60, "preauthorization.capture.success", "r-1", "captured", "").body,
			`"amount":4900`, `"amount":3000`)},
		paystackChargeEvent(90, "preauthorization.release.success", "r-1", "released", "")},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 3000, due: 3000}}},
	{name: "paid twice, and one returned", events: []paymentEvent{psPaid,
		paystackChargeEvent(6, "charge.success", "r-2", "success", ""),
		paystackRefundEvent("refund.processed", `"R1"`, 4900)},
		want: map[string]paymentWant{
			"order/10-4471": {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900}}},
	{name: "money that goes to the shop's suppliers is no payment", events: []paymentEvent{psPaid,
		paystackEvent(
			"transfer.success",
			`"id":9,"reference":"r-1","amount":4900,"currency":"EUR","status":"success"`,
		)},
		want: map[string]paymentWant{"payment/r-1": {state: hook.StatePaid, amount: 4900}}},
})
