package provider

var btcpayPayments []paymentCase
