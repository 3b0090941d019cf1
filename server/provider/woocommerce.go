package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// woocommerce is WooCommerce, a plugin of WordPress that merchants host themselves.
//
// Signature: X-WC-Webhook-Signature is the base64 HMAC-SHA-256 of the body. The key is the secret of this webhook, as
// text.
//
// Event: there is no usable id: X-WC-Webhook-Delivery-ID is made anew for each delivery. The topic, the object's id,
// its date_modified_gmt and the hash of the body make one; a deleted order has only its id.
//
// Traps: when a webhook is saved, WooCommerce sends an unsigned form webhook_id=N and expects exactly 200, or the
// webhook cannot be saved; see Challenges. It never retries, and disables a webhook after more than five failures in a
// row. date_modified_gmt has no zone and a resolution of one second.
var woocommerce = Provider{
	ID: "woocommerce", Name: "WooCommerce",
	Aliases: []string{"WordPress", "Woo"},
	Grade:   GradeB, Source: "https://woocommerce.com/document/webhooks/",
	Steps: []string{
		"In WordPress open WooCommerce, Settings, Advanced, Webhooks, and add one with this address as its " +
			"delivery URL.",
		"Enter a secret there and add the same one here. The first request, sent on saving, is not " +
			"signed and is not an event.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the secret of this webhook",
		Not: []Lookalike{{"ck_", "an API consumer key"}, {"cs_", "an API consumer secret"}}},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Wc-Webhook-Signature"), Hash: "sha256",
			Encoding: signature.Base64, Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events: joins("header:X-Wc-Webhook-Topic+body:id+body:date_modified_gmt+sha256",
			"header:X-Wc-Webhook-Topic+sha256", "sha256"),
		Types:   payload.SelectAll("header:X-Wc-Webhook-Topic"),
		Times:   payload.SelectAll("body:date_modified_gmt"),
		Account: payload.Select("header:X-Wc-Webhook-Source"),
	},
	Rules: wooRules(),
	// It reads only the beginning of the body, and a request with a signature is never a ping.
	Challenges: []challenge.Challenge{{
		Methods: []string{"POST"},
		When:    []challenge.Condition{{Begins: "webhook_id="}, challenge.Lacks("header:X-Wc-Webhook-Signature")},
		Type:    "ping",
	}},
}

// wooOrder is an order. Like Shopify's, every event is a snapshot of the whole order and the newest one wins.
var wooOrder = extract.SubjectSpec{
	Kind: hook.KindOrder, Orders: []extract.AliasSpec{extract.Alias("woocommerce-order", "body:id")},
	Times:      payload.SelectAll("body:date_modified_gmt"),
	References: payload.SelectAll("body:number"), Customer: payload.SelectAll("body:billing.email"),
	Phones:  payload.SelectAll("body:billing.phone"), // customer_id is 0 for all guests, so it identifies nobody
	Amounts: wooTotal, Currency: payload.SelectAll("body:currency"),
	Decimal: true,
	Fulfilment: extract.Field("body:status", extract.Outcomes{
		"completed": {State: hook.StateFulfilled, Rank: 1}}, extract.Outcome{State: hook.StateUnfulfilled}),
}

// The amounts of an order. A refund leaves the total and, unless it returns everything, the status as they are.
var (
	wooTotal    = []extract.AmountSpec{extract.Amount("body:total")}
	wooRefunded = []extract.AmountSpec{extract.SumOf("refunds.*.total")}
)

// wooRules: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
//
// No two of the rules for a topic match the same order. They differ in what a status says about money.
//
// The total is what the shop asks for now. Nothing else says what was paid, so a paid order whose total was raised
// later reads as paid with the new total, as it does in the shop.
//
// A deletion has only the id, and moving an order to the trash is reported as one. It says nothing about money, and
// WooCommerce never sends a lost snapshot again, so a deletion after "pending" does not prove that nobody was charged.
// Only a snapshot that is cancelled or failed without a payment does. A cancellation after "on-hold" does not either:
// a bank transfer may be on its way, or an authorization may stand.
func wooRules() extract.Rules {
	return extract.Rules{
		{Types: wooTopics, Also: true, Match: wooOnDelivery, Level: hook.LevelOrder, Subject: &wooOrder, Due: wooTotal},
		{
			Types:    wooTopics,
			Also:     true,
			Match:    wooPaid(),
			Marks:    wooMarks,
			Level:    hook.LevelOrder,
			Subject:  &wooOrder,
			Due:      wooTotal,
			Declared: wooTotal,
			Returned: wooRefunded,
		},
		// a shop's or plugin's own status says how far the order is, and the date of payment that it was paid
		{
			Types: wooTopics,
			Also:  true,
			Match: extract.AlwaysState(extract.Outcome{State: hook.StatePaid, Rank: 30}).
				If(extract.Is("?body:date_paid_gmt", "yes")).Unless(wooKnown),
			Marks:    wooMarks,
			Level:    hook.LevelOrder,
			Subject:  &wooOrder,
			Due:      wooTotal,
			Declared: wooTotal,
			Returned: wooRefunded,
		},
		// plugins for deposits: the total is the price, and how much of it was paid is in metadata of their own
		{Types: wooTopics, Also: true, Level: hook.LevelOrder, Subject: &wooOrder,
			Match: extract.StateFrom("body:status", wooInPart), Marks: wooMarks, Due: wooTotal, Returned: wooRefunded},
		{Types: wooTopics, Also: true, Level: hook.LevelOrder, Subject: &wooOrder,
			Match: extract.StateFrom("body:status",
				extract.Outcomes{"refunded": {State: hook.StateRefunded, Rank: 50}}),
			Marks: wooMarks, Due: wooTotal, Declared: wooTotal, Returned: wooTotal},
		{Types: wooTopics, Match: wooUnpaid(), Level: hook.LevelOrder, Subject: &wooOrder,
			Due: wooTotal, Returned: wooRefunded},
		{Types: []string{"order.deleted"}, Level: hook.LevelOrder,
			Match:   extract.AlwaysState(extract.Outcome{State: hook.StateCanceled, Rank: 90}),
			Subject: &extract.SubjectSpec{Kind: hook.KindOrder, Orders: wooOrder.Orders}}, // the body has only the id
	}
}

// wooTopics are the topics whose body is an order.
var wooTopics = []string{"order.created", "order.updated", "order.restored"}

// wooOnDelivery matches an order that the shop prepares and whose customer pays in cash on delivery. WooCommerce calls
// it processing like a paid one, and sets date_paid once it is completed.
var wooOnDelivery = extract.StateFrom("?body:date_paid_gmt+body:payment_method+body:status",
	extract.Outcomes{"/cod/processing": {State: hook.StatePending, Rank: 25}})

// wooOpen are the statuses that say nothing about money by themselves.
var wooOpen = extract.Outcomes{
	"checkout-draft": {State: hook.StatePending},
	"pending":        {State: hook.StatePending},
	"failed":         {State: hook.StateFailed, Rank: 10},
	"on-hold":        {State: hook.StateProcessing, Rank: 20},
	"cancelled":      {State: hook.StateCanceled, Rank: 60},
	"trash":          {State: hook.StateCanceled, Rank: 70},
}

// wooInPart are the statuses that plugins for deposits and instalments use for an order that is paid in part.
var wooInPart = extract.Outcomes{
	"partially-paid":    {State: hook.StatePartiallyPaid, Rank: 25},
	"partial-payment":   {State: hook.StatePartiallyPaid, Rank: 25},
	"partially-payment": {State: hook.StatePartiallyPaid, Rank: 25},
	"partial-paid":      {State: hook.StatePartiallyPaid, Rank: 25},
	"deposit-paid":      {State: hook.StatePartiallyPaid, Rank: 25},
}

// wooKnown holds for an order whose status another rule matches, or that has none.
var wooKnown = func() extract.Match {
	all := []string{"", "processing", "completed", "refunded"}
	for status := range wooOpen {
		all = append(all, status)
	}
	for status := range wooInPart {
		all = append(all, status)
	}
	return extract.Is("body:status", all...)
}()

// wooMarks say that money was taken, also of an order whose total cannot be read; not of one that is free. They ask a
// person to look at an order that was paid and then failed, such as one whose bank debit was returned: the shop does
// not say whether the payer has the money back.
var wooMarks = []extract.Match{
	extract.Mark(extract.Outcome{Paid: true}).Unless(extract.Less("body:total", "const:0.0001")),
	extract.Choose(wooStatus, extract.Outcomes{"yes/failed": {Review: hook.ReviewCaptureFailed}}, extract.Outcome{}),
}

// wooStatus selects the status of an order: "/pending", or "yes/pending" if it has the date of its payment.
const wooStatus = "?body:date_paid_gmt+body:status"

// wooPaid matches an order that was paid: its status says so, or it has the date of its payment.
func wooPaid() extract.Match {
	paid := extract.Outcome{State: hook.StatePaid, Rank: 30}
	all := extract.Outcomes{"/processing": paid, "/completed": paid, "yes/processing": paid, "yes/completed": paid}
	for status, o := range wooOpen {
		all["yes/"+status] = o
	}
	return extract.StateFrom(wooStatus, all).Unless(wooOnDelivery)
}

// wooUnpaid matches an order that was not paid.
func wooUnpaid() extract.Match {
	all := make(extract.Outcomes, len(wooOpen))
	for status, o := range wooOpen {
		all["/"+status] = o
	}
	return extract.StateFrom(wooStatus, all)
}
