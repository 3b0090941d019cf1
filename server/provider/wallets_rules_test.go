package provider

var walletsExpected = map[string]string{
	"paystack/charge-dispute-create":  "dispute_open: payment/v3mjfgbnc19v97x",
	"paystack/charge-dispute-resolve": "dispute_lost 5700 NGN: payment/5qm4pv2mxs9rltp",
	"paystack/invoice-created": "captured 50000 NGN 9cfbae6e-bbf3-5b41-8aef-d72c1a17650g: " +
		"payment/9cfbae6e-bbf3-5b41-8aef-d72c1a17650g\ninfo: payment/9cfbae6e-bbf3-5b41-8aef-d72c1a17650g",
	"paystack/payment-request-pending": "created 10000000 NGN: payment/3365451089700 " +
		"payment-request/PRQ_y0paeo93jh99mho",
	"paystack/payment-request-success": "captured 10000000 NGN: payment/3365451089700 " +
		"payment-request/PRQ_y0paeo93jh99mho",
	"paystack/refund-failed": "refund_failed 20000 NGN TRF_9vgfawjnoz58uxy: " +
		"payment/T9171231_412325_3be2736c_n6tml",
	"paystack/refund-pending":         "refund_pending 10000 NGN: payment/tvunjbbd_412829_4b18075d_c7had",
	"paystack/refund-processed":       "refund 5000 NGN 132013318360: payment/T2154954_412829_3be32076_6lcg3",
	"paystack/refund-processing":      "refund_pending 10000 NGN: payment/tvunjbbd_412829_4b18075d_c7had",
	"paystack/subscription-created":   "",
	"paystack/transaction-successful": "captured 10000 NGN qTPrJoy9Bx: payment/qTPrJoy9Bx order/qTPrJoy9Bx",
	"paystack/transfer-failed":        "",
	"paystack/transfer-successful":    "",
	"flutterwave/charge.completed.v3": "captured 10000 NGN 285959875: payment/285959875 " +
		"flw/PeterEkene/FLW270177170 order/Links-616626414629",
	"flutterwave/charge.completed.v4": "captured 2500000 NGN chg_e1f3a2b1-93f0-4a51-aa57-1d80c5e4c001: " +
		"payment/chg_e1f3a2b1-93f0-4a51-aa57-1d80c5e4c001 order/order_2026_05_24_001",
	"lemonsqueezy/order_created.signed": "captured 1859 EUR 1: " +
		"payment/89b36d62-4f5c-4353-853f-0c769d0535c8 lemonsqueezy-order/1 order/1",
}
