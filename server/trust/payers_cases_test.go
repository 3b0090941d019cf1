package trust_test

import "slices"

// payerCases are lives of payments of 49.00 for the order 10-4471 that a wrong rule shows wrongly: one or two for each
// kind.
func payerCases() []payerCase {
	return slices.Concat(
		casesOfStripe(), casesOfSessions(), casesOfAdyen(), casesOfCards(), casesOfDoubleCharges(),
		casesOfShopsAndBanks(),
	)
}

// casesOfStripe are of holds, shared references and vouchers.
func casesOfStripe() []payerCase {
	all := []payerCase{
		{
			name: "a hold stands while other attempts end",
			events: []sentEvent{
				stripeEvent(5, "payment_intent.amount_capturable_updated",
					stripeIntent("pi_1", `,"amount_received":0,"amount_capturable":4900`)),
				stripeEvent(6, "payment_intent.payment_failed", stripeIntent("pi_1", "")),
				stripeEvent(0, "payment_intent.created", stripeIntent("pi_2", "")),
				stripeEvent(90, "payment_intent.canceled", stripeIntent("pi_2", "")),
			},
			shows: map[string]shown{
				"order/10-4471": shownHeld, "payment/pi_1": shownHeld, "payment/pi_2": shownCanceled,
			},
			board: map[string]string{"order/10-4471": "authorized"},
		},
		{
			name: "one order number of two customers",
			events: []sentEvent{
				stripeEvent(5, "payment_intent.succeeded", stripeIntent("pi_1", stripeReceived+`,"customer":"cus_1"`)),
				stripeEvent(9, "payment_intent.payment_failed", stripeIntent("pi_2", `,"customer":"cus_2"`)),
			},
			shows: map[string]shown{
				"order/10-4471": shownShared, "payment/pi_1": shownPaid, "payment/pi_2": shownFailed,
			},
			board: map[string]string{"order/10-4471": "ambiguous", "payment/pi_1": "paid", "payment/pi_2": "failed"},
		},
		{
			name: "a voucher is issued after a card was declined",
			events: []sentEvent{
				stripeEvent(1, "payment_intent.payment_failed", stripeIntent("pi_1", "")),
				stripeEvent(2, "payment_intent.requires_action",
					stripeIntent("pi_2", `,"next_action":{"type":"boleto_display_details"}`)),
			},
			shows: map[string]shown{
				"order/10-4471": {state: "action_required", amount: 4900, open: true, says: "voucher", never: "bank"},
				"payment/pi_1":  shownFailed,
			},
			board: map[string]string{"order/10-4471": "action_required"},
		},
	}
	return playedByStripe(all)
}

// casesOfSessions are of checkout sessions, and of order numbers that differ.
func casesOfSessions() []payerCase {
	expired := shown{state: "expired", amount: 4900, denied: true}
	nothing := shown{state: "paid", currency: "-", nothingDue: "free", never: "(?i)charged|refund"}
	all := []payerCase{
		{
			name: "a session expires and another one is paid",
			events: []sentEvent{
				stripeEvent(90, "checkout.session.expired", stripeSession("cs_0", `,"amount_total":4900`)),
				stripeEvent(5, "checkout.session.completed",
					stripeSession("cs_1", `,"amount_total":4900,"payment_status":"paid","payment_intent":"pi_1"`)),
				stripeEvent(5, "payment_intent.succeeded", stripeIntent("pi_1", stripeReceived)),
			},
			shows: map[string]shown{
				"order/10-4471": shownPaid, "checkout/cs_1": shownPaid, "checkout/cs_0": expired,
			},
			board: map[string]string{"order/10-4471": "paid"},
		},
		{
			name: "a charge has another order number than its intent",
			events: []sentEvent{
				stripeEvent(4, "payment_intent.succeeded", stripeIntent("pi_1", stripeReceived)),
				stripeEvent(
					5,
					"charge.succeeded",
					`"id":"ch_1","amount":4900,"captured":true,"amount_captured":4900,`+
						`"payment_intent":"pi_1","metadata":{"order_id":"2026-77"}`,
				),
			},
			shows: map[string]shown{"order/10-4471": shownPaid, "order/2026-77": shownPaid, "charge/ch_1": shownPaid},
			board: map[string]string{"payment/pi_1": "paid"},
		},
		{
			name: "nothing is due",
			events: []sentEvent{stripeEvent(5, "checkout.session.completed",
				stripeSession("cs_1", `,"amount_total":0,"payment_status":"no_payment_required"`))},
			shows: map[string]shown{"checkout/cs_1": nothing, "order/10-4471": nothing},
			board: map[string]string{"checkout/cs_1": "paid"},
		},
	}
	return playedByStripe(all)
}

// playedByStripe sets the provider of cases.
func playedByStripe(all []payerCase) []payerCase {
	for i := range all {
		all[i].provider = "stripe"
	}
	return all
}

// casesOfAdyen are of gift cards, failed captures and chargebacks.
func casesOfAdyen() []payerCase {
	gift := shown{state: "partially_paid", amount: 2000, due: 4900, open: true, says: "€29.00 is still due"}
	back := shown{state: "canceled", amount: 2000, captured: 2000, refunded: 2000, says: "€20.00 was refunded"}
	unclear := shown{state: "failed", amount: 4900, says: "We cannot confirm whether money was taken"}
	lost := shown{state: "paid", amount: 4900, dispute: "lost", says: "Your payment was returned", never: "Thank you"}
	return []payerCase{
		{
			name: "a gift card pays a part and the card is refused", provider: "adyen", account: "Shop",
			settings: map[string]string{"capture": "automatic"},
			events: []sentEvent{
				adyenEvent(0, "ORDER_OPENED", "true", "O1", "10-4471", 4900, ""),
				adyenEvent(2, "AUTHORISATION", "true", "G1", "10-4471", 2000, `,"paymentMethod":"givex"`),
				adyenEvent(5, "AUTHORISATION", "false", "P1", "10-4471", 2900, `,"paymentMethod":"visa"`),
			},
			shows: map[string]shown{
				"order/10-4471": gift, "payment/G1": {state: "paid", amount: 2000},
				"payment/P1": {state: "failed", amount: 2900, denied: true},
			},
			board: map[string]string{"adyen-order/O1": "partially_paid"},
		},
		{
			name: "a gift card pays a part and goes back when the order closes", provider: "adyen", account: "Shop",
			settings: map[string]string{"capture": "automatic"},
			events: []sentEvent{
				adyenEvent(0, "ORDER_OPENED", "true", "O1", "10-4471", 4900, ""),
				adyenEvent(2, "AUTHORISATION", "true", "G1", "10-4471", 2000, `,"paymentMethod":"givex"`),
				adyenEvent(90, "ORDER_CLOSED", "false", "O1", "10-4471", 4900, ""),
			},
			shows: map[string]shown{"order/10-4471": back, "adyen-order/O1": back},
			board: map[string]string{"adyen-order/O1": "canceled"},
		},
		{
			name: "a capture fails, and nobody says what became of the hold", provider: "adyen", account: "Shop",
			events: []sentEvent{
				adyenEvent(5, "AUTHORISATION", "true", "P1", "10-4471", 4900, `,"paymentMethod":"visa"`),
				adyenEvent(60, "CAPTURE", "true", "C1", "x", 4900, ""),
				adyenEvent(900, "CAPTURE_FAILED", "true", "C1", "x", 4900, ""),
			},
			shows: map[string]shown{"order/10-4471": unclear, "payment/P1": unclear},
			board: map[string]string{"payment/P1": "failed"},
		},
		{
			name: "a chargeback", provider: "adyen", account: "Shop",
			events: []sentEvent{
				adyenEvent(5, "AUTHORISATION", "true", "P1", "10-4471", 4900, `,"paymentMethod":"visa"`),
				adyenEvent(60, "CAPTURE", "true", "C1", "x", 4900, ""),
				adyenEvent(
					901,
					"NOTIFICATION_OF_CHARGEBACK",
					"true",
					"D1",
					"10-4471",
					4900,
					`,"originalReference":"P1"`,
				),
				adyenEvent(9000, "CHARGEBACK", "true", "D1", "10-4471", 4900, `,"originalReference":"P1"`),
			},
			shows: map[string]shown{"order/10-4471": lost, "payment/P1": lost},
			board: map[string]string{"payment/P1": "paid"},
		},
	}
}

// casesOfCards are of late declines and partial captures.
func casesOfCards() []payerCase {
	refund := `,"refund":{"entity":{"id":"rfnd_1","amount":4900,"currency":"EUR","payment_id":"pay_1",` +
		`"status":"processed"}}`
	related := func(more string) string { return `"supplementary_data":{"related_ids":{"order_id":"O1"` + more + `}}` }
	part := shown{
		state: "partially_paid", amount: 3000, due: 4900, held: 1900, open: true,
		says: "€30.00 was collected, and €19.00 is still reserved",
	}
	return []payerCase{
		{
			name: "refunded, and another attempt is declined late", provider: "razorpay", account: "acc_1",
			events: []sentEvent{
				razorpayEvent(5, "payment.captured", "pay_1", ""),
				razorpayEvent(90, "refund.processed", "pay_1", refund),
				razorpayEvent(200, "payment.failed", "pay_0", ""),
			},
			shows: map[string]shown{
				"order/10-4471": shownRefunded, "payment/pay_1": shownRefunded, "payment/pay_0": shownFailed,
			},
			board: map[string]string{"razorpay-order/order_1": "refunded"},
		},
		{
			name: "a part is captured and the rest stays reserved", provider: "paypal",
			settings: map[string]string{"webhook_id": "WH-TEST-1"},
			events: []sentEvent{
				paypalEvent(2, "PAYMENT.AUTHORIZATION.CREATED", "A1", "49.00", related("")),
				paypalEvent(60, "PAYMENT.CAPTURE.COMPLETED", "C1", "30.00",
					`"final_capture":false,`+related(`,"authorization_id":"A1"`)),
			},
			shows: map[string]shown{"order/10-4471": part, "authorization/A1": part},
			board: map[string]string{"paypal-order/O1": "partially_paid"},
		},
	}
}

// casesOfDoubleCharges are of orders with two payments.
func casesOfDoubleCharges() []payerCase {
	order := `,"metadata":{"order_id":"10-4471"}`
	first := mollieEvent(5, "payment.paid", `"id":"tr_1","status":"paid"`+order, "49.00", "EUR")
	second := mollieEvent(7, "payment.paid", `"id":"tr_2","status":"paid"`+order, "49.00", "EUR")
	back := mollieEvent(90, "refund.refunded", `"id":"re_1","status":"refunded","paymentId":"tr_1"`, "49.00", "EUR")
	dollars := mollieEvent(9, "payment.paid", `"id":"tr_3","status":"paid"`+order, "59.00", "USD")
	return []payerCase{
		{
			name: "paid twice", provider: "mollie", account: "pfl_1", events: []sentEvent{first, second},
			shows: map[string]shown{"order/10-4471": {
				state: "paid", amount: 9800, due: 4900, review: []string{"paid_twice"},
				says: "€98.00 was received for this order. Please ask the shop about the difference",
			}},
			board: map[string]string{"order/10-4471": "paid"},
		},
		{
			name: "paid twice, and one is returned", provider: "mollie", account: "pfl_1",
			events: []sentEvent{first, second, back},
			shows: map[string]shown{
				"order/10-4471": {
					state:    "paid",
					amount:   9800,
					due:      4900,
					refunded: 4900,
					says:     "€49.00 was refunded",
				},
				"payment/tr_1": shownRefunded, "payment/tr_2": shownPaid,
			},
			board: map[string]string{"order/10-4471": "paid"},
		},
		{
			name: "paid in two currencies", provider: "mollie", account: "pfl_1", events: []sentEvent{first, dollars},
			shows: map[string]shown{
				"order/10-4471": {
					state:    "paid",
					amount:   5900,
					currency: "USD",
					review:   []string{"currencies_differ"},
				},
				"payment/tr_1": shownPaid,
			},
			board: map[string]string{"order/10-4471": "paid"},
		},
	}
}

// casesOfShopsAndBanks are of shops, bank debits and coins.
func casesOfShopsAndBanks() []payerCase {
	canceled := shown{
		state: "canceled", amount: 4900, captured: 4900, says: "You paid €49.00. No refund has been reported yet",
	}
	short := shown{
		state:    "expired",
		currency: "-",
		review:   []string{"paid_in_part"},
		says:     "Less arrived than was due",
	}
	return []payerCase{
		{
			name: "cancelled after it was paid", provider: "woocommerce",
			events: []sentEvent{
				wooEvent(
					0,
					"created",
					"pending",
					"null",
				), wooEvent(1, "updated", "processing", `"2026-03-04T12:01:00"`),
				wooEvent(60, "updated", "cancelled", `"2026-03-04T12:01:00"`),
			},
			shows: map[string]shown{"order/10-4471": canceled, "woocommerce-order/727": canceled},
			board: map[string]string{"woocommerce-order/727": "canceled"},
		},
		{
			name: "a bank debit is on its way", provider: "square", account: "M1",
			events: []sentEvent{squareEvent(1, "PENDING")},
			shows: map[string]shown{
				"order/10-4471": {
					state:  "processing",
					amount: 4900,
					open:   true,
					says:   "We are waiting for your bank",
				},
			},
			board: map[string]string{"square-order/O1": "processing"},
		},
		{
			name: "a bank debit fails days later", provider: "square", account: "M1",
			events: []sentEvent{squareEvent(1, "PENDING"), squareEvent(4000, "FAILED")},
			shows:  map[string]shown{"order/10-4471": shownFailed, "payment/P1": shownFailed},
			board:  map[string]string{"square-order/O1": "failed"},
		},
		{
			name: "coins come and are too few", provider: "btcpay", account: "s",
			events: []sentEvent{
				btcpayEvent(0, "InvoiceCreated", ""),
				btcpayEvent(3, "InvoiceReceivedPayment", `,"payment":{"status":"Processing"}`),
				btcpayEvent(15, "InvoiceExpired", `,"partiallyPaid":true`),
			},
			shows: map[string]shown{"order/10-4471": short, "invoice/i1": short},
			board: map[string]string{"invoice/i1": "expired"},
		},
	}
}
