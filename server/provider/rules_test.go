package provider

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// publishedPayload reads a payload that a sender published in its documentation or in its libraries.
func publishedPayload(t *testing.T, sender, name string) *hook.Record {
	t.Helper()
	at := filepath.Join(shared(t), "fixtures", sender, name)
	body, err := os.ReadFile(at + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		body, err = os.ReadFile(at + ".form")
	}
	if err != nil {
		t.Fatal(err)
	}
	headers := http.Header{}
	if text, err := os.ReadFile(at + ".headers"); err == nil {
		sent := map[string]string{}
		if err := json.Unmarshal(text, &sent); err != nil {
			t.Fatal(err)
		}
		for name, value := range sent {
			headers.Set(name, value)
		}
	}
	return extracttest.Record("POST", headers, string(body))
}

// expected holds the summary of the statements that each published payload must give; other files have more senders.
var expected = map[string]string{
	"stripe/charge.captured":        "captured 100 USD in all: charge/ch_000000000000000000000000",
	"stripe/charge.dispute.closed":  "dispute_won 1000 USD: charge/ch_00000000000000",
	"stripe/charge.dispute.created": "dispute_open 100 USD: charge/ch_000000000000000000000000",
	"stripe/charge.failed": "failed 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000",
	"stripe/charge.refund.updated": "refund 100 USD re_000000000000000000000000: " +
		"charge/ch_000000000000000000000000 order/6735",
	"stripe/charge.refunded": "refund 100 USD in all: charge/ch_000000000000000000000000",
	"stripe/charge.succeeded": "captured 2000 USD in all: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000",
	"stripe/checkout.session.completed.payment_mode": "info 0 USD: payment/pi_00000000000000 " +
		"checkout/cs_00000000000000\ncaptured 25000 USD in all: payment/pi_00000000000000 checkout/cs_00000000000000",
	"stripe/customer.subscription.created": "",
	"stripe/event_test_signature":          "",
	"stripe/invoice.paid": "info 0 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000\n" +
		"captured 2000 USD in all: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000",
	"stripe/invoice.payment_action_required": "action 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000\n" +
		"action 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000",
	"stripe/invoice.payment_failed": "failed 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000\n" +
		"failed 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000",
	"stripe/payment_intent.amount_capturable_updated": "authorized 2000 USD: " +
		"payment/pi_000000000000000000000000 charge/ch_000000000000000000000000",
	"stripe/payment_intent.canceled": "canceled 2000 USD: payment/pi_000000000000000000000000",
	"stripe/payment_intent.created":  "created 2000 USD: payment/pi_000000000000000000000000",
	"stripe/payment_intent.payment_failed": "failed 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000",
	"stripe/payment_intent.processing": "processing 900 EUR: payment/pi_00000000000000 " +
		"charge/ch_00000000000000",
	"stripe/payment_intent.requires_action": "action 2000 USD: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000 invoice/in_000000000000000000000000",
	"stripe/payment_intent.succeeded": "captured 2000 USD in all: payment/pi_000000000000000000000000 " +
		"charge/ch_000000000000000000000000",
	"stripe/payout.paid": "",
	"razorpay/order.paid": "info 0 INR: payment/pay_DESlfW9H8K9uqM razorpay-order/order_DESlLckIVRkHWj " +
		"order/rcptid #1\ncaptured 100 INR pay_DESlfW9H8K9uqM: payment/pay_DESlfW9H8K9uqM " +
		"razorpay-order/order_DESlLckIVRkHWj order/rcptid #1",
	"razorpay/payment.authorized": "authorized 100 INR pay_DESlfW9H8K9uqM: payment/pay_DESlfW9H8K9uqM " +
		"razorpay-order/order_DESlLckIVRkHWj",
	"razorpay/payment.authorized.signed": "captured 1000000 INR pay_6koWN7bvxujzxM: payment/pay_6koWN7bvxujzxM " +
		"razorpay-order/order_100000000order order/random order id",
	"razorpay/payment.captured": "captured 100 INR pay_DESlfW9H8K9uqM: payment/pay_DESlfW9H8K9uqM " +
		"razorpay-order/order_DESlLckIVRkHWj",
	"razorpay/payment.dispute.action_required": "dispute_open 390000 INR: payment/pay_EFtmUsbwpXwBHI " +
		"razorpay-order/order_EFtkA6f5jdkfud",
	"razorpay/payment.dispute.closed": "dispute_closed 10000 INR: payment/pay_EsIKS2bpFiWghA",
	"razorpay/payment.dispute.created": "dispute_open 39000 INR: payment/pay_EFtmUsbwpXwBHI " +
		"razorpay-order/order_EFtkA6f5jdkfud",
	"razorpay/payment.dispute.lost": "dispute_lost 39000 INR: payment/pay_EFtmUsbwpXwBHI " +
		"razorpay-order/order_EFtkA6f5jdkfud",
	"razorpay/payment.dispute.under_review": "dispute_open 130000 INR: payment/pay_EsIStomuIwFQ6U",
	"razorpay/payment.dispute.won":          "dispute_won 130000 INR: payment/pay_EsIStomuIwFQ6U",
	"razorpay/payment.downtime.resolved":    "",
	"razorpay/payment.downtime.started":     "",
	"razorpay/payment.downtime.updated":     "",
	"razorpay/payment.failed": "failed 50000 INR: payment/pay_DEAU825sJlCbGa " +
		"razorpay-order/order_DEATVTRRctwEGb",
	"razorpay/payment_link.cancelled": "canceled 1000 INR: payment-link/plink_QaIrRSjWiIuxAO " +
		"order/NewTestPayment4",
	"razorpay/payment_link.expired": "expired 1000 INR: payment-link/plink_QaIlOGFf8KZNF8 order/NewTestPayment",
	"razorpay/payment_link.paid": "info 0 INR: payment/pay_Qfldmt5StKZFCB " +
		"razorpay-order/order_QflczVVaNJciLq razorpay-order/QflczVVaNJciLq " +
		"payment-link/plink_QflcnnZqCekuvL order/23\n" +
		"captured 1000 INR pay_Qfldmt5StKZFCB: payment/pay_Qfldmt5StKZFCB " +
		"razorpay-order/order_QflczVVaNJciLq razorpay-order/QflczVVaNJciLq payment-link/plink_QflcnnZqCekuvL order/23",
	"razorpay/refund.created": "refund 190000 INR in all rfnd_FS8TWyPrCsa0OB: " +
		"payment/pay_FPoJKWQQ8lK13n razorpay-order/order_FPoIeimWki9j8A",
	"razorpay/refund.failed": "refund_failed 190000 INR in all rfnd_FS8TWyPrCsa0OB: " +
		"payment/pay_FPoJKWQQ8lK13n razorpay-order/order_FPoIeimWki9j8A",
	"razorpay/refund.processed": "refund 190000 INR in all rfnd_FS8TWyPrCsa0OB: " +
		"payment/pay_FPoJKWQQ8lK13n razorpay-order/order_FPoIeimWki9j8A",
	"razorpay/refund.speed_changed": "refund 190000 INR in all rfnd_EcPN8eJuzH5Yaz: " +
		"payment/pay_EcPJsxu8cSzOK6 razorpay-order/order_FPoIeimWki9j8A",
	"razorpay/subscription.charged": "captured 100000 INR pay_DEXFWroJ6LikKT: payment/pay_DEXFWroJ6LikKT " +
		"razorpay-order/order_DEXFWXwO24pDxH invoice/inv_DEXFWVuM6rPqlK",
	"paypal/BILLING.PLAN.CREATED.signed": "",
	"paypal/PAYMENT.AUTHORIZATION.CREATED": "authorized 747 USD: authorization/2DC87612EK520411B " +
		"paypal-payment/PAY-36246664YD343335CKHFA4AY",
	"paypal/PAYMENT.SALE.COMPLETED": "captured 601 USD 8RS6210148826604N: payment/8RS6210148826604N " +
		"paypal-payment/PAY-11X29866PC6848407K72RIQA",
	"paypal/PAYMENT.SALE.COMPLETED.2": "captured 2000 USD 4EU7004268015634R: payment/4EU7004268015634R " +
		"paypal-payment/PAY-86C81811X5228590KKVNARQQ",
}

func TestPublishedPayloadsSayWhatTheirSendersMean(t *testing.T) {
	senders := map[string]bool{}
	for name, want := range allExpected() {
		sender, event, _ := strings.Cut(name, "/")
		senders[sender] = true
		p, _ := For(sender)
		got := extracttest.Summary(p.mustExtract(t, &hook.Endpoint{}, publishedPayload(t, sender, event)))
		if got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	for sender := range senders {
		var files []string
		for _, ending := range []string{"*.json", "*.form"} {
			found, err := filepath.Glob(filepath.Join(shared(t), "fixtures", sender, ending))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
		if len(files) == 0 {
			t.Fatalf("no payloads of %s", sender)
		}
		for _, file := range files {
			if name := sender + "/" + strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)); !isExpected(name) {
				t.Errorf("nothing is said of what %s must say", name)
			}
		}
	}
}

func isExpected(name string) bool {
	_, known := allExpected()[name]
	return known
}

// allExpected returns expected together with the tables of the other files.
func allExpected() map[string]string {
	all := maps.Clone(expected)
	for _, more := range []map[string]string{
		adyenExpected, billingExpected, walletsExpected, codeExpected, shopsExpected, braintreeExpected, cryptoExpected,
	} {
		maps.Copy(all, more)
	}
	return all
}

// mustExtract returns the statements of a delivery.
func (p *Provider) mustExtract(t testing.TB, e *hook.Endpoint, r *hook.Record) []hook.Statement {
	t.Helper()
	told, err := p.Statements(e, r)
	if err != nil {
		t.Fatal(err)
	}
	return told
}
