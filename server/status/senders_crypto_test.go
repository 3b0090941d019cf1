package status

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// coinbase is one of Coinbase Commerce's events about a charge, with all that it went through: "NEW PENDING".
func coinbase(minutes int, typ, code, timeline string) told {
	var went []string
	for status := range strings.FieldsSeq(timeline) {
		went = append(went, fmt.Sprintf(`{"status":%q,"time":%q}`, status, iso(minutes)))
	}
	return told{body: fmt.Sprintf(`{"id":"d%d","event":{"id":"%s-%s-%d","type":%q,"created_at":%q,"data":{"id":"c-%s","code":%q,"metadata":{"order_id":"10-4471"},`+
		`"pricing":{"local":{"amount":"49.00","currency":"EUR"},"usdc":{"amount":"53.000000","currency":"USDC"}},"timeline":[%s]}}}`,
		minutes, typ, code, minutes, typ, iso(minutes), code, code, strings.Join(went, ","))}
}

var (
	cbCreated = coinbase(0, "charge:created", "AB12", "NEW")
	cbPending = coinbase(3, "charge:pending", "AB12", "NEW PENDING")
	cbPaid    = coinbase(5, "charge:confirmed", "AB12", "NEW PENDING COMPLETED")
	cbExpired = coinbase(60, "charge:failed", "AB12", "NEW EXPIRED")
)

var coinbasePlays = []play{
	{sender: "coinbase-commerce", name: "paid", state: hook.StatePaid, events: []told{cbCreated, cbPending, cbPaid}},
	{sender: "coinbase-commerce", name: "waits for the chain", state: hook.StateProcessing, events: []told{cbCreated, cbPending}},
	{sender: "coinbase-commerce", name: "expiry", state: hook.StateExpired, events: []told{cbCreated, cbExpired}},
	{sender: "coinbase-commerce", name: "void", state: hook.StateCanceled, events: []told{cbCreated, coinbase(9, "charge:failed", "AB12", "NEW CANCELED")}},
	{sender: "coinbase-commerce", name: "paid too little", state: hook.StateFailed, events: []told{cbCreated, cbPending,
		coinbase(60, "charge:failed", "AB12", "NEW PENDING UNRESOLVED")}},
	{sender: "coinbase-commerce", name: "paid after expiry, and not yet settled", state: hook.StateProcessing, events: []told{cbCreated, cbExpired,
		coinbase(70, "charge:delayed", "AB12", "NEW EXPIRED PENDING UNRESOLVED")}},
	{sender: "coinbase-commerce", name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{cbCreated, cbExpired,
		coinbase(70, "charge:delayed", "AB12", "NEW EXPIRED PENDING UNRESOLVED"), coinbase(99, "charge:resolved", "AB12", "NEW EXPIRED PENDING UNRESOLVED RESOLVED")}},
	{sender: "coinbase-commerce", name: "second charge of the order", state: hook.StatePaid, events: []told{
		coinbase(1, "charge:created", "XY89", "NEW"), coinbase(2, "charge:failed", "XY89", "NEW PENDING UNRESOLVED"), cbPending, cbPaid}},
}

// btcpay is one of BTCPay's events about an invoice; they tell no sums.
func btcpay(minutes int, typ, invoice string) told {
	return told{body: fmt.Sprintf(`{"deliveryId":"d","originalDeliveryId":"%s-%s-%d","type":%q,"timestamp":%d,"storeId":"s","invoiceId":%q,`+
		`"metadata":{"orderId":"10-4471","buyerEmail":"ada@example.com"}}`, typ, invoice, minutes, typ, unix(minutes), invoice)}
}

func btcpayRequest(minutes int, typ string) told {
	return told{body: fmt.Sprintf(`{"deliveryId":"%s-%d","type":%q,"timestamp":%d,"paymentRequestId":"r1","status":"x"}`, typ, minutes, typ, unix(minutes))}
}

var (
	bpCreated  = btcpay(0, "InvoiceCreated", "i1")
	bpReceived = btcpay(3, "InvoiceReceivedPayment", "i1")
	bpSettled  = btcpay(9, "InvoiceSettled", "i1")
	bpExpired  = btcpay(15, "InvoiceExpired", "i1")
)

var btcpayPlays = []play{
	{sender: "btcpay", unpriced: true, name: "paid", state: hook.StatePaid, events: []told{bpCreated, bpReceived, btcpay(3, "InvoiceProcessing", "i1"),
		btcpay(9, "InvoicePaymentSettled", "i1"), bpSettled}},
	{sender: "btcpay", unpriced: true, name: "all in one second", state: hook.StatePaid, events: []told{btcpay(0, "InvoiceCreated", "i1"),
		btcpay(0, "InvoiceReceivedPayment", "i1"), btcpay(0, "InvoiceProcessing", "i1"), btcpay(0, "InvoiceSettled", "i1")}},
	{sender: "btcpay", unpriced: true, name: "waits for the chain", state: hook.StateProcessing, events: []told{bpCreated, bpReceived}},
	{sender: "btcpay", unpriced: true, name: "one of its payments settled", state: hook.StateProcessing, events: []told{bpCreated, bpReceived,
		btcpay(5, "InvoicePaymentSettled", "i1")}},
	{sender: "btcpay", unpriced: true, name: "expiry", state: hook.StateExpired, events: []told{bpCreated, bpExpired}},
	{sender: "btcpay", unpriced: true, name: "expiry after a part", state: hook.StateExpired, events: []told{bpCreated, bpReceived, bpExpired,
		btcpay(15, "InvoiceExpiredPaidPartial", "i1")}},
	{sender: "btcpay", unpriced: true, name: "never confirmed", state: hook.StateFailed, events: []told{bpCreated, bpReceived, btcpay(90, "InvoiceInvalid", "i1")}},
	{sender: "btcpay", unpriced: true, name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{bpCreated, bpExpired,
		btcpay(20, "InvoiceReceivedPayment", "i1"), btcpay(20, "InvoicePaidAfterExpiration", "i1"), btcpay(30, "InvoiceSettled", "i1")}},
	{sender: "btcpay", unpriced: true, name: "a refund was offered", state: hook.StatePaid, events: []told{bpCreated, bpSettled, btcpay(99, "InvoiceRefund", "i1")}},
	{sender: "btcpay", unpriced: true, name: "second invoice of the order", state: hook.StatePaid, late: true, events: []told{btcpay(0, "InvoiceCreated", "i0"),
		btcpay(2, "InvoiceExpired", "i0"), bpReceived, bpSettled}},
	{sender: "btcpay", unpriced: true, name: "request paid", state: hook.StatePaid, events: []told{btcpayRequest(0, "PaymentRequestCreated"),
		btcpayRequest(5, "PaymentRequestStatusChanged"), btcpayRequest(5, "PaymentRequestCompleted")}},
}
