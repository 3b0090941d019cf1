package provider

var coinbasePayments []paymentCase
