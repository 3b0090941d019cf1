package provider

var braintreeExpected = map[string]string{
	"braintree/check.signed":                               "",
	"braintree/dispute_lost.signed":                        "dispute_lost 25000 USD: payment/my_id",
	"braintree/dispute_opened.signed":                      "dispute_open: payment/my_id",
	"braintree/dispute_won.signed":                         "dispute_won: payment/my_id",
	"braintree/subscription_canceled.signed":               "",
	"braintree/subscription_charged_successfully.signed":   "captured my_id: payment/my_id",
	"braintree/subscription_charged_unsuccessfully.signed": "failed: payment/my_id",
	"braintree/transaction_reviewed.signed":                "info: payment/my_id",
	"braintree/transaction_settled.signed":                 "captured 10000 USD my_id: payment/my_id",
	"braintree/transaction_settlement_declined.signed":     "capture_failed 10000 USD my_id: payment/my_id",
}
