package trust_test

// Results that many cases share, in EUR.
var (
	shownPaid     = shown{state: "paid", amount: 4900, due: 4900}
	shownHeld     = shown{state: "authorized", amount: 4900, open: true}
	shownFailed   = shown{state: "failed", amount: 4900, denied: true}
	shownCanceled = shown{state: "canceled", amount: 4900, denied: true}
	shownRefunded = shown{state: "refunded", amount: 4900, refunded: 4900}
	shownShared   = shown{
		state: "ambiguous", currency: "-", review: []string{"reference_shared"},
		says: "There is more than one payment under this number",
	}
	shownOfTwoAccounts = shown{
		state: "ambiguous", currency: "-", says: "There is more than one payment under this number", linkOnly: true,
	}
)

// ofStripe sets the provider of folders.
func ofStripe(all ...reported) []reported {
	for i := range all {
		all[i].provider = "stripe"
	}
	return all
}

// reportedOfOrders are the folders with Stripe's payloads in which an order has several payments.
func reportedOfOrders() []reported {
	failed := shown{state: "failed", amount: 800, denied: true}
	paid := shown{state: "paid", amount: 12900}
	processing := shown{state: "processing", amount: 4900, open: true}
	return ofStripe(
		reported{
			folder: "32-declines-then-paid-and-refunded",
			shows:  map[string]shown{"order/X2": shownRefunded, "payment/pi_ok": shownRefunded},
			board:  map[string]string{"order/X2": "refunded"},
		},
		reported{
			folder: "paid-then-256-declines",
			shows: map[string]shown{
				"order/X1":        shownPaid,
				"payment/pi_paid": shownPaid,
				"payment/pi_f7":   shownFailed,
			},
			board: map[string]string{"order/X1": "paid"},
		},
		reported{
			folder: "one-order-two-currencies",
			shows: map[string]shown{
				"order/8900":    {state: "paid", amount: 4900, review: []string{"currencies_differ"}},
				"payment/pi_q1": {state: "paid", amount: 200000, currency: "JPY"},
			},
			board: map[string]string{"order/8900": "paid"},
		},
		reported{
			folder: "stripe-connect-two-accounts",
			shows: map[string]shown{
				"payment/pi_k2": failed, "order/1001 of acct_BBB": failed, "payment/pi_k1": paid,
				"order/1001 of acct_AAA": paid, "order/1001": shownOfTwoAccounts,
			},
			board: map[string]string{"payment/pi_k1": "paid", "payment/pi_k2": "failed"},
		},
		reported{
			folder: "stripe-order-paid-twice-one-refunded",
			shows: map[string]shown{
				"order/7001":    {state: "paid", amount: 9800, due: 4900, refunded: 4900},
				"payment/pi_d1": shownRefunded, "payment/pi_d2": shownPaid,
			},
			board: map[string]string{"order/7001": "paid"},
		},
		reported{
			folder: "stripe-order-paid-twice-one-refunded", only: "01 02", variant: "before the refund",
			shows: map[string]shown{"order/7001": {
				state: "paid", amount: 9800, due: 4900, review: []string{"paid_twice"}, says: "€98.00 was received",
			}},
			board: map[string]string{"order/7001": "paid"},
		},
		reported{
			folder: "stripe-stale-charge-failed",
			shows: map[string]shown{
				"order/8901": processing, "payment/pi_s2": processing, "payment/pi_s1": shownFailed,
			},
			board: map[string]string{"order/8901": "processing"},
		},
		reported{
			folder: "stripe-stale-intent-canceled",
			shows: map[string]shown{
				"order/7002": shownHeld, "payment/pi_e2": shownHeld, "payment/pi_e1": shownCanceled,
			},
			board: map[string]string{"order/7002": "authorized"},
		},
		reported{
			folder: "stripe-two-shops-one-account",
			shows:  map[string]shown{"payment/pi_x1": paid, "payment/pi_x2": failed, "order/123": shownOfTwoAccounts},
			board:  map[string]string{"payment/pi_x1": "paid", "payment/pi_x2": "failed"},
		},
		reported{
			folder: "stripe-two-shops-one-account", variant: "only one of the shops",
			account:  "|https://one.example", // a reference is one of an account and a site
			statuses: map[string]any{"only": `body.data.object.metadata.site_url:"https://one.example"`},
			shows: map[string]shown{
				"payment/pi_x1": paid, "order/123": paid,
				"payment/pi_x2": {state: "waiting", currency: "-", linkOnly: true},
			},
			board: map[string]string{"payment/pi_x1": "paid"},
		},
	)
}

// reportedOfIntents are the folders with Stripe's payloads about one payment or invoice.
func reportedOfIntents() []reported {
	voucher := shown{
		state: "action_required", amount: 50000, currency: "MXN", open: true, says: "voucher", never: "bank",
	}
	return ofStripe(
		reported{
			folder: "magento-reference-with-a-space", statuses: referenceIn("data.object.metadata.Order #"),
			shows: map[string]shown{"order/000000123": shownPaid, "payment/pi_mg": shownPaid},
			board: map[string]string{"payment/pi_mg": "paid"},
		},
		reported{
			folder: "partial-refund-of-an-older-payment",
			shows:  map[string]shown{"payment/pi_y": {state: "partially_refunded", amount: 4900, refunded: 1000}},
			board:  map[string]string{"payment/pi_y": "partially_refunded"},
		},
		reported{
			folder: "refund-totals-of-one-second",
			shows:  map[string]shown{"payment/pi_k": {state: "partially_refunded", amount: 9900, refunded: 3000}},
			board:  map[string]string{"payment/pi_k": "partially_refunded"},
		},
		reported{
			folder: "stripe-intent-lowered",
			shows:  map[string]shown{"payment/pi_z": {state: "authorized", amount: 3900, open: true}},
			board:  map[string]string{"payment/pi_z": "authorized"},
		},
		reported{
			folder: "stripe-uncollectible",
			shows: map[string]shown{
				"invoice/in_q": {
					state:    "canceled",
					amount:   10000,
					currency: "USD",
					denied:   true,
					never:    "bank|declined",
				},
			},
			board: map[string]string{"invoice/in_q": "canceled"},
		},
		reported{
			folder: "stripe-void-told-as-refund",
			shows:  map[string]shown{"payment/pi_v": shownCanceled, "charge/ch_v": shownCanceled},
			board:  map[string]string{"payment/pi_v": "canceled"},
		},
		reported{
			folder: "stripe-voucher", only: "01", variant: "issued", shows: map[string]shown{"payment/pi_r": voucher},
			board: map[string]string{"payment/pi_r": "action_required"},
		},
		reported{
			folder: "stripe-voucher",
			shows: map[string]shown{
				"payment/pi_r": {
					state:    "expired",
					amount:   50000,
					currency: "MXN",
					denied:   true,
					never:    "bank|declined",
				},
			},
			board: map[string]string{"payment/pi_r": "expired"},
		},
	)
}

// referenceIn makes an endpoint read the shop's own number at a path.
func referenceIn(path string) map[string]any { return map[string]any{"references": []string{path}} }

// reportedOfAdyenAndPayPal are the folders with their payloads.
func reportedOfAdyenAndPayPal() []reported {
	webhook := map[string]string{"webhook_id": "WH-TEST-1"}
	dollars := func(state string, amount, refunded int64) shown {
		return shown{state: state, amount: amount, refunded: refunded, currency: "USD"}
	}
	returned := func(id, capture string) sentEvent {
		return sentEvent{
			body: `{"id":"WH-` + id + `","create_time":"2024-01-10T10:00:00Z","resource_type":"refund",` +
				`"event_type":"PAYMENT.CAPTURE.REFUNDED","resource":{"id":"` + id + `","status":"COMPLETED",` +
				`"amount":{"currency_code":"USD","value":"10.00"},` +
				`"seller_payable_breakdown":{"total_refunded_amount":{"currency_code":"USD","value":"10.00"}},` +
				`"links":[{"href":"https://api.paypal.com/v2/payments/captures/` + capture + `","rel":"up"}]}}`,
		}
	}
	taken := sentEvent{body: `{"id":"WH-8","create_time":"2024-01-10T10:00:00Z","resource_type":"capture",` +
		`"event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"CAP9","status":"COMPLETED",` +
		`"amount":{"currency_code":"USD","value":"10.00"},"final_capture":true}}`}
	return []reported{
		{
			folder: "adyen-order-closed-unpaid", provider: "adyen", account: "ShopEU",
			settings: map[string]string{"capture": "automatic"},
			shows: map[string]shown{"order/A6": {
				state: "canceled", amount: 2000, refunded: 2000, captured: 2000, says: "€20.00 was refunded",
			}},
			board: map[string]string{"adyen-order/ORD1": "canceled"},
		},
		{
			folder: "adyen-recaptured-same-reference", provider: "adyen", account: "ShopEU",
			shows: map[string]shown{
				"order/A8": {state: "paid", amount: 5000}, "payment/P": {state: "paid", amount: 5000},
			},
			board: map[string]string{"payment/P": "paid"},
		},
		{
			folder: "paypal-partial-reversal", provider: "paypal", settings: webhook,
			shows: map[string]shown{"order/P1": dollars("partially_refunded", 10000, 3000)},
			board: map[string]string{"paypal-order/ORD-1": "partially_refunded"},
		},
		{
			folder: "paypal-two-captures", provider: "paypal", settings: webhook,
			only: "01 02 03", variant: "before the refund",
			shows: map[string]shown{"order/P2": dollars("paid", 10000, 0)},
			board: map[string]string{"paypal-order/ORD-2": "paid"},
		},
		{
			folder: "paypal-two-captures", provider: "paypal", settings: webhook,
			shows: map[string]shown{"order/P2": dollars("partially_refunded", 10000, 6000)},
			board: map[string]string{"paypal-order/ORD-2": "partially_refunded"},
		},
		{
			folder: "paypal-two-captures", provider: "paypal", settings: webhook,
			only: "01 02 03", variant: "of each capture a part is refunded",
			more:  []sentEvent{returned("REF1", "CAPA"), returned("REF2", "CAPB")},
			shows: map[string]shown{"order/P2": dollars("partially_refunded", 10000, 2000)},
			board: map[string]string{"paypal-order/ORD-2": "partially_refunded"},
		},
		{
			folder: "pem-ends-with-a-newline", provider: "paypal", settings: webhook, more: []sentEvent{taken},
			shows: map[string]shown{"payment/CAP9": dollars("paid", 1000, 0)},
			board: map[string]string{"payment/CAP9": "paid"},
		},
	}
}

// reportedOfOthers are the folders with payloads of other providers.
func reportedOfOthers() []reported {
	part := shown{state: "partially_paid", amount: 30000, due: 100000, currency: "INR", open: true}
	naira := shown{state: "paid", amount: 10000, currency: "NGN"}
	refunded := shown{state: "refunded", amount: 5000, refunded: 5000}
	sent := shown{state: "fulfilled", amount: 5000, says: "Your order was sent.*It is paid"}
	return []reported{
		{
			folder: "flutterwave-without-data", provider: "flutterwave",
			shows: map[string]shown{"order/FW1": naira, "payment/126122": naira},
			board: map[string]string{"payment/126122": "paid"},
		},
		{
			folder: "lemonsqueezy-one-webhook-id", provider: "lemonsqueezy", account: "1",
			shows: map[string]shown{"order/LS1": {state: "refunded", amount: 2000, refunded: 2000, currency: "USD"}},
			board: map[string]string{"payment/uuid-1": "refunded"},
		},
		{
			folder: "mollie-first-attempt-expires", provider: "mollie",
			shows: map[string]shown{
				"order/M1": shownHeld, "payment/tr_B": shownHeld,
				"payment/tr_A": {state: "expired", amount: 4900, denied: true},
			},
			board: map[string]string{"order/M1": "authorized"},
		},
		{
			folder: "mollie-first-attempt-expires", provider: "mollie", variant: "by bank transfer",
			changed: []string{
				"payment.authorized", "payment.pending", `"authorized"`, `"pending"`, "klarna", "banktransfer",
			},
			shows: map[string]shown{"order/M1": {state: "processing", amount: 4900, open: true}},
			board: map[string]string{"order/M1": "processing"},
		},
		{
			folder: "order-words-not-translated", provider: "shopify",
			shows: map[string]shown{"order/1001": sent, "order/#1001": sent},
			board: map[string]string{"shopify-order/1": "fulfilled"},
		},
		{
			folder: "razorpay-only-authorized-and-refund-created", provider: "razorpay", account: "acc_1",
			shows: map[string]shown{
				"order/W31": {state: "refunded", amount: 50000, refunded: 50000, currency: "INR"},
			},
			board: map[string]string{"razorpay-order/order_r3": "refunded"},
		},
		{
			folder: "razorpay-part-of-a-link", provider: "razorpay", account: "acc_1",
			shows: map[string]shown{"order/R1": part, "payment-link/plink_1": part},
			board: map[string]string{"payment-link/plink_1": "partially_paid"},
		},
		{
			folder: "razorpay-part-of-a-link", only: "02", variant: "the link alone",
			provider: "razorpay", account: "acc_1",
			shows: map[string]shown{"order/R1": part},
			board: map[string]string{"payment-link/plink_1": "partially_paid"},
		},
		{
			folder: "shopify-cancelled-after-paid", provider: "shopify",
			shows: map[string]shown{"order/1001": refunded, "order/#1001": refunded},
			board: map[string]string{"shopify-order/1": "refunded"},
		},
		{
			folder: "shopify-cancelled-after-paid", provider: "shopify", variant: "and not refunded",
			changed: []string{`"refunded"`, `"paid"`},
			shows: map[string]shown{
				"order/1001": {state: "canceled", amount: 5000, captured: 5000, says: "You paid €50.00"},
			},
			board: map[string]string{"shopify-order/1": "canceled"},
		},
	}
}
