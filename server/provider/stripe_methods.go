package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
)

// stripeMethods are the families of Stripe's payment methods. Instalments such as klarna belong to none: whoever
// declines them is no bank and no card.
var stripeMethods = map[hook.Method][]string{
	hook.MethodCard: {"card", "card_present", "interac_present", "kr_card"},
	hook.MethodBank: {
		"ach_credit_transfer", "ach_debit", "acss_debit", "au_becs_debit", "bacs_debit", "bancontact", "bank_transfer",
		"blik", "customer_balance", "eps", "fpx", "giropay", "ideal", "nz_bank_account", "p24", "pay_by_bank",
		"paynow", "payto", "pix", "promptpay", "sepa_credit_transfer", "sepa_debit", "sofort", "upi", "us_bank_account",
	},
	hook.MethodVoucher: {"boleto", "konbini", "multibanco", "oxxo"},
	hook.MethodWallet: {
		"alipay", "amazon_pay", "cashapp", "grabpay", "kakao_pay", "link", "mb_way", "mobilepay", "naver_pay", "payco",
		"paypal",
		"revolut_pay", "samsung_pay", "satispay", "swish", "twint", "vipps", "wechat_pay",
	},
	hook.MethodCoins: {"crypto"},
}

// stripeActions are the families by next_action.type, where that says more than the methods that are allowed.
var stripeActions = map[hook.Method][]string{
	hook.MethodVoucher: {
		"boleto_display_details", "konbini_display_details", "multibanco_display_details", "oxxo_display_details",
	},
	hook.MethodBank: {
		"blik_authorize", "display_bank_transfer_instructions", "paynow_display_qr_code", "pix_display_qr_code",
		"promptpay_display_qr_code", "verify_with_microdeposits",
	},
	hook.MethodWallet: {
		"alipay_handle_redirect", "cashapp_handle_redirect_or_display_qr_code",
		"swish_handle_redirect_or_display_qr_code", "wechat_pay_display_qr_code",
		"wechat_pay_redirect_to_android_app", "wechat_pay_redirect_to_ios_app",
	},
}

// methodBy returns a mark with the family of a payment method whose name, and what is behind it, is at a selector.
func methodBy(at string, families map[hook.Method][]string, behind string) extract.Match {
	outcomes := extract.Outcomes{}
	for family, names := range families {
		for _, name := range names {
			outcomes[name+behind] = extract.Outcome{Method: family}
		}
	}
	return extract.Choose(at, outcomes, extract.Outcome{})
}

var (
	// stripeIntentMethods are marks with the method of an intent or a session: the only one that is allowed, else the
	// one that was tried.
	stripeIntentMethods = []extract.Match{
		methodBy(
			"body:data.object.payment_method_types.0+body:data.object.payment_method_types.1",
			stripeMethods,
			"/",
		),
		methodBy("body:data.object.charges.data.0.payment_method_details.type", stripeMethods, ""),
		methodBy("body:data.object.last_payment_error.payment_method.type", stripeMethods, ""),
	}
	// stripeActionMethods are marks with the method of what the payer must do.
	stripeActionMethods = []extract.Match{methodBy("body:data.object.next_action.type", stripeActions, "")}
	// stripeChargeMethods are marks with the method of a charge.
	stripeChargeMethods = []extract.Match{
		methodBy("body:data.object.payment_method_details.type", stripeMethods, ""),
	}
)
