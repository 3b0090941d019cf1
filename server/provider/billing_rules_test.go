package provider

var billingExpected = map[string]string{
	"paddle/adjustment.created": "refund_pending 100 USD adj_01h8c6tbrkpdd7vx61w7b1r0ap: " +
		"payment/txn_01h8bxpvx398a7zbawb77y0kp5",
	"paddle/adjustment.updated": "refund 100 USD adj_01h8c6tbrkpdd7vx61w7b1r0ap: " +
		"payment/txn_01h8bxpvx398a7zbawb77y0kp5",
	"paddle/price.created.signed":   "",
	"paddle/subscription.activated": "",
	"paddle/subscription.canceled":  "",
	"paddle/subscription.created":   "",
	"paddle/subscription.past_due":  "",
	"paddle/transaction.billed": "created 1437041 USD: payment/txn_01h8e0d5sej61d5n18bth8d7se " +
		"invoice/inv_01h8e0d6zvkbs5cgezqjptysee",
	"paddle/transaction.canceled": "canceled 1437041 USD: payment/txn_01h8e0d5sej61d5n18bth8d7se " +
		"invoice/inv_01h8e0d6zvkbs5cgezqjptysee",
	"paddle/transaction.completed": "captured 65215 USD txn_01h8dzxgkvdwemdhbpcapj2tbj: " +
		"payment/txn_01h8dzxgkvdwemdhbpcapj2tbj",
	"paddle/transaction.created": "created 71880 USD: payment/txn_01h8dzxgkvdwemdhbpcapj2tbj",
	"paddle/transaction.paid": "captured 89880 GBP txn_01gxwxqj0rd5m8j1zdhvk05twz: " +
		"payment/txn_01gxwxqj0rd5m8j1zdhvk05twz",
	"paddle/transaction.past_due":       "failed 43549 USD: payment/txn_01h8e2svn94ze7bfj0zfh7z6wm",
	"paddle/transaction.payment_failed": "failed 65215 USD: payment/txn_01h8dzxgkvdwemdhbpcapj2tbj",
	"paddle/transaction.ready":          "created 65215 USD: payment/txn_01h8dzxgkvdwemdhbpcapj2tbj",
	"paddle/transaction.updated": "created 3070166 USD: " +
		"payment/txn_01h8e3zqj6ychnn5s5sd2nd5py invoice/inv_01h8e3zs2dkmq46xtpn18wvzd9\n" +
		"info 3070166 USD txn_01h8e3zqj6ychnn5s5sd2nd5py: " +
		"payment/txn_01h8e3zqj6ychnn5s5sd2nd5py invoice/inv_01h8e3zs2dkmq46xtpn18wvzd9",
	"square/payment.updated": "captured 100 USD KkAkhdMsgzn59SM8A89WgKwekxLZY: " +
		"payment/KkAkhdMsgzn59SM8A89WgKwekxLZY",
	"square/webhooks.test_notification.signed": "",
	"mollie/classic":           "info: payment/tr_5B8cwPMGnU6qLbRvo7qEZo",
	"mollie/payment-link.paid": "captured 1000 EUR: payment-link/pl_4Y0eZitmBnQ5jsBYZIBw",
}
