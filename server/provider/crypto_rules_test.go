package provider

var cryptoExpected = map[string]string{
	"coinbase-commerce/charge.confirmed": "captured 2000 USD charge: payment/XA6G6ZFR " +
		"charge/2aee9dd1-67b8-43ef-8dfe-977959850f27 order/1234",
	"coinbase-commerce/charge.created.signed": "created: payment/66BEOV2A",
	"btcpay/InvoiceCreated":                   "created: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
	"btcpay/InvoiceExpired":                   "expired: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
	"btcpay/InvoiceInvalid": "coins_seen: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42\n" +
		"failed: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
	"btcpay/InvoiceProcessing":      "processing: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
	"btcpay/InvoiceReceivedPayment": "coins_seen: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
	"btcpay/InvoiceSettled":         "captured invoice: invoice/EtMEzGMdxhTTyCDCXSDF2C order/order-42",
}
