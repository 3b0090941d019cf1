package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
)

// paypalMore says whether more captures of an authorization follow: final_capture in the v2 API, is_final_capture in
// v1. A capture that names its order and no authorization is the only one, whatever it says.
var paypalMore = []extract.Match{
	extract.Field("body:resource.final_capture+?body:resource.supplementary_data.related_ids.order_id+"+
		"?body:resource.supplementary_data.related_ids.authorization_id",
		extract.Outcomes{"false/yes/yes": {Follows: hook.MoreFollow}, "false//yes": {Follows: hook.MoreFollow},
			"false//": {Follows: hook.MoreFollow}}, extract.Outcome{}),
	extract.Field(
		"body:resource.final_capture",
		extract.Outcomes{"true": {Follows: hook.LastOne}},
		extract.Outcome{},
	),
	extract.Field("body:resource.is_final_capture", extract.Outcomes{"true": {Follows: hook.LastOne},
		"false": {Follows: hook.MoreFollow}}, extract.Outcome{}),
}

// paypalReserved says that a capture is one of an authorization.
var paypalReserved = []extract.Match{
	extract.Field("?body:resource.supplementary_data.related_ids.authorization_id",
		extract.Outcomes{"yes": {Reserved: true}}, extract.Outcome{}),
	extract.Field("?body:resource.links.#rel=authorization.href",
		extract.Outcomes{"yes": {Reserved: true}}, extract.Outcome{}),
}

// paypalMethods say how a payment is paid. Orders name the source; a capture shows a card by the processor's answer,
// and a bank debit by the reason why it is pending.
var paypalMethods = slices.Concat(
	paypalSources(hook.MethodWallet, "paypal", "venmo", "apple_pay", "google_pay"),
	paypalSources(
		hook.MethodBank,
		"bancontact",
		"blik",
		"eps",
		"giropay",
		"ideal",
		"mybank",
		"p24",
		"sofort",
		"trustly",
		"pay_upon_invoice",
	),
	paypalSources(hook.MethodVoucher, "oxxo", "multibanco", "boletobancario"),
	paypalSources(hook.MethodCard, "card"),
	[]extract.Match{
		extract.Field("?body:resource.processor_response", extract.Outcomes{"yes": {Method: hook.MethodCard}},
			extract.Outcome{}),
		extract.Field("body:resource.status_details.reason", extract.Outcomes{"ECHECK": {Method: hook.MethodBank}},
			extract.Outcome{}),
		extract.Field("body:resource.payment_mode", extract.Outcomes{"ECHECK": {Method: hook.MethodBank},
			"INSTANT_TRANSFER": {Method: hook.MethodWallet}}, extract.Outcome{}),
	},
)

// paypalSources returns marks for the members of payment_source that stand for one family of methods.
func paypalSources(family hook.Method, members ...string) (all []extract.Match) {
	for _, member := range members {
		all = append(all, extract.Field("?body:resource.payment_source."+member,
			extract.Outcomes{"yes": {Method: family}}, extract.Outcome{}))
	}
	return all
}
