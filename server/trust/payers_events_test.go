package trust_test

import (
	"fmt"
	"strings"
	"time"
)

// payerNoon is when the payments of payerCases begin. It is long ago, so that no failed payment counts as open.
var payerNoon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// unixTime and isoTime are a time some minutes after payerNoon.
func unixTime(minutes int) int64 { return payerNoon.Add(time.Duration(minutes) * time.Minute).Unix() }

func isoTime(minutes int) string {
	return payerNoon.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

// stripeEvent is an event about an object.
func stripeEvent(minutes int, typ, object string) sentEvent {
	id, _, _ := strings.Cut(strings.TrimPrefix(object, `"id":"`), `"`)
	return sentEvent{body: fmt.Sprintf(
		`{"id":"evt_%s_%s_%d","object":"event","api_version":"2024-06-20","created":%d,"livemode":true,"type":%q,`+
			`"data":{"object":{%s,"currency":"eur","created":%d}}}`,
		typ, id, minutes, unixTime(minutes), typ, object, unixTime(-60),
	)}
}

// stripeIntent is an intent for 49.00 with further members.
func stripeIntent(id, more string) string {
	return `"id":"` + id + `","amount":4900,"metadata":{"order_id":"10-4471"}` + more
}

// stripeReceived are members of an intent that succeeded.
const stripeReceived = `,"amount_received":4900,"amount_capturable":0`

// stripeSession is a checkout session with further members.
func stripeSession(id, more string) string {
	return `"id":"` + id + `","client_reference_id":"10-4471","mode":"payment","metadata":{}` + more
}

// adyenEvent is a notification about a payment or, with the reference "x", about a modification of P1.
func adyenEvent(minutes int, code, success, id, reference string, amount int, more string) sentEvent {
	if reference == "x" {
		more += `,"originalReference":"P1"`
	}
	return sentEvent{body: fmt.Sprintf(
		`{"live":"true","notificationItems":[{"NotificationRequestItem":{"amount":{"currency":"EUR","value":%d},`+
			`"eventCode":%q,"eventDate":%q,"merchantAccountCode":"Shop","merchantReference":%q,"pspReference":%q,`+
			`"success":%q%s}}]}`,
		amount, code, isoTime(minutes), reference, id, success, more,
	)}
}

// razorpayEvent is an event about a payment of order_1.
func razorpayEvent(minutes int, typ, id, more string) sentEvent {
	return sentEvent{
		headers: map[string]string{"X-Razorpay-Event-Id": fmt.Sprint(typ, id, minutes)},
		body: fmt.Sprintf(`{"entity":"event","account_id":"acc_1","event":%q,"created_at":%d,"payload":{"payment":`+
			`{"entity":{"id":%q,"amount":4900,"currency":"EUR","order_id":"order_1","method":"card",`+
			`"notes":{"order_id":"10-4471"}}}%s}}`, typ, unixTime(minutes), id, more),
	}
}

// paypalEvent is an event about an authorization or capture of the order O1.
func paypalEvent(minutes int, typ, id, value, more string) sentEvent {
	return sentEvent{body: fmt.Sprintf(`{"id":"WH-%s-%d","create_time":%q,"event_type":%q,"resource":{"id":%q,`+
		`"amount":{"currency_code":"EUR","value":%q},"invoice_id":"10-4471",%s}}`,
		id, minutes, isoTime(minutes), typ, id, value, more)}
}

// mollieEvent is an event about an entity with an amount.
func mollieEvent(minutes int, typ, entity, value, currency string) sentEvent {
	id, _, _ := strings.Cut(strings.TrimPrefix(entity, `"id":"`), `"`)
	return sentEvent{body: fmt.Sprintf(
		`{"resource":"event","id":"event_%s_%s","type":%q,"createdAt":%q,"_embedded":{"entity":{%s,`+
			`"profileId":"pfl_1","amount":{"value":%q,"currency":%q}}}}`,
		typ, id, typ, isoTime(minutes), entity, value, currency,
	)}
}

// squareEvent is an event about the payment P1.
func squareEvent(minutes int, status string) sentEvent {
	return sentEvent{body: fmt.Sprintf(
		`{"merchant_id":"M1","type":"payment.updated","event_id":"e-%d","created_at":%q,"data":{"type":"payment",`+
			`"object":{"payment":{"id":"P1","status":%q,"order_id":"O1","reference_id":"10-4471","version":%d,`+
			`"source_type":"BANK_ACCOUNT","total_money":{"amount":4900,"currency":"EUR"}}}}}`,
		minutes, isoTime(minutes), status, minutes,
	)}
}

// wooEvent is an order as WooCommerce sends it.
func wooEvent(minutes int, event, status, paidAt string) sentEvent {
	return sentEvent{
		headers: map[string]string{"X-Wc-Webhook-Topic": "order." + event},
		body: fmt.Sprintf(
			`{"id":727,"number":"10-4471","status":%q,"currency":"EUR","total":"49.00","date_modified_gmt":%q,`+
				`"date_paid_gmt":%s,"refunds":[]}`,
			status, strings.TrimSuffix(isoTime(minutes), "Z"), paidAt,
		),
	}
}

// btcpayEvent is an event about the invoice i1.
func btcpayEvent(minutes int, typ, more string) sentEvent {
	return sentEvent{body: fmt.Sprintf(
		`{"deliveryId":"%s","originalDeliveryId":"%s","type":%q,"timestamp":%d,"storeId":"s","invoiceId":"i1",`+
			`"metadata":{"orderId":"10-4471"}%s}`, typ, typ, typ, unixTime(minutes), more,
	)}
}
