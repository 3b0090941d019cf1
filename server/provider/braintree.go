package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// braintree is Braintree.
//
// Signature: a notification is a form. bt_payload is XML in base64, and bt_signature is a list of pairs "public
// key|signature" with "&" between them; the pair whose public key is the endpoint's setting counts. The signature is
// the hex HMAC-SHA-1 of bt_payload as it was sent. The key is the SHA-1 digest of the private key, as 20 bytes.
//
// Event: a notification has no id, so the hash of the body identifies it.
//
// Payments: a sale is a payment. A refund is a transaction of its own, of type credit, which names the sale as
// refunded-transaction-id; the id of the credit tells refunds apart.
//
// Traps: Braintree does not notify of authorizations and voids. The base64 may have line breaks, which are part of
// the signed text, and Braintree's libraries accept a signature of the payload with one more newline at the end. When
// the address is registered, Braintree sends GET with bt_challenge and expects the challenge signed with the same
// key; see Challenges for what follows from this.
var braintree = Provider{
	ID: "braintree", Name: "Braintree",
	Aliases: []string{"Braintree Payments"},
	Grade:   GradeA, Source: "https://developer.paypal.com/braintree/docs/guides/webhooks/parse",
	Steps: []string{
		"Set public_key to your public key and add your private key here as the secret.",
		"In Braintree's control panel open Settings, Webhooks, and add this address. Braintree sends a " +
			"challenge, and this server answers it with the keys.",
	},
	Secret: SecretWords{Name: "Private key", Hint: "from Settings, API",
		Not: []Lookalike{{"access_token$", "an access token"}}},
	Settings: []Setting{
		{Name: "public_key", Label: "Public key", Hint: "from Settings, API", Required: true},
	},
	Ranges: []Range{
		{Name: "Braintree",
			Source: "https://developer.paypal.com/braintree/docs/reference/general/braintree-ip-addresses"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("form:bt_signature"), Format: signature.PublicKeyPair,
			Hash: "sha1", Key: signature.HashedWithSHA1,
			Message: signature.Message("{form:bt_payload}"), Newline: true}},
	},
	Identity: Identity{
		Events:       joins("sha256"),
		Types:        payload.SelectAll("xml:bt_payload/kind"),
		Times:        payload.SelectAll("xml:bt_payload/timestamp"),
		Account:      payload.Select("xml:bt_payload/transaction/merchant-account-id"),
		AccountIsNew: true,
	},
	Rules: braintreeRules(),
	// Anybody can have the endpoint sign a challenge, and could send it back as the payload of a notification.
	Challenges: []challenge.Challenge{{
		Methods: []string{"GET"},
		When:    []challenge.Condition{challenge.Has("query:bt_challenge")},
		Token:   challenge.Token{At: payload.Select("query:bt_challenge"), Form: challenge.Hex, Least: 20, Most: 32},
		Keyed:   &challenge.Keyed{Hash: "sha1", Signs: payload.Select("form:bt_payload")},
		Reply:   challenge.Reply{Text: challenge.Text("{setting:public_key}|{hmac}")},
	}},
}

// braintreeSale is the transaction of a notification. The transactions of a subscription may share an order-id.
var braintreeSale = extract.SubjectSpec{
	Aliases:    []extract.AliasSpec{extract.Alias("payment", "xml:bt_payload/transaction/id")},
	References: payload.SelectAll("xml:bt_payload/transaction/order-id"),
	CopiedReferences: extract.ByField("?xml:bt_payload/transaction/subscription-id",
		extract.Kinds{"yes": hook.Info}, ""),
	CustomerIDs: payload.SelectAll("xml:bt_payload/transaction/customer/id"),
	Customer:    payload.SelectAll("xml:bt_payload/transaction/customer/email"),
	Phones:      payload.SelectAll("xml:bt_payload/transaction/customer/phone"),
	Amounts:     []extract.AmountSpec{extract.Amount("xml:bt_payload/transaction/amount")},
	Currency:    payload.SelectAll("xml:bt_payload/transaction/currency-iso-code"), Decimal: true,
}

// braintreeWithAliases returns braintreeSale with other aliases and without references to an order.
func braintreeWithAliases(aliases ...extract.AliasSpec) extract.SubjectSpec {
	t := braintreeSale
	t.Aliases, t.References = aliases, nil
	return t
}

var (
	// braintreeCredit is the payment that a transaction of type credit refunds.
	braintreeCredit = braintreeWithAliases(
		extract.Alias("payment", "xml:bt_payload/transaction/refunded-transaction-id"))

	// braintreeDispute is the payment of a dispute. Its merchant account is not that of the transaction's other
	// notifications, so the order-id is not read.
	braintreeDispute = func() extract.SubjectSpec {
		t := braintreeWithAliases(extract.Alias("payment", "xml:bt_payload/transaction/id"))
		t.Amounts = []extract.AmountSpec{extract.Amount("xml:bt_payload/dispute/amount-disputed"),
			extract.Amount("xml:bt_payload/dispute/amount")}
		t.Currency = payload.SelectAll("xml:bt_payload/dispute/currency-iso-code")
		return t
	}()

	// braintreeCharge is the newest transaction of a subscription: the first one in its list.
	braintreeCharge = braintreeWithAliases(extract.Alias("payment", "xml:bt_payload/transactions/transaction/id"))

	// braintreeReview is the transaction of a review of suspected fraud, which names it as transaction-id.
	braintreeReview = braintreeWithAliases(extract.Alias("payment", "xml:bt_payload/transaction-id"))

	// braintreeLocal is a payment with a local method such as iDEAL. It has a payment-id before it has a transaction.
	braintreeLocal = func() extract.SubjectSpec {
		t := braintreeSale
		t.Aliases = []extract.AliasSpec{extract.Alias("payment", "xml:bt_payload/transaction/id"),
			extract.Alias("local-payment", "xml:bt_payload/payment-id")}
		return t
	}()
)

// braintreeID selects the id of a transaction. A sale is captured once, and each credit is one refund.
var braintreeID = payload.SelectAll("xml:bt_payload/transaction/id", "xml:bt_payload/payment-id")

// braintreeMethods: https://developer.paypal.com/braintree/docs/reference/response/transaction
var braintreeMethods = methodsBy("xml:bt_payload/transaction/payment-instrument-type", map[hook.Method][]string{
	hook.MethodCard: {"credit_card"},
	hook.MethodBank: {"us_bank_account", "sepa_debit_account", "local_payment"},
	hook.MethodWallet: {"paypal_account", "apple_pay_card", "android_pay_card", "google_pay_card", "samsung_pay_card",
		"venmo_account", "visa_checkout_card", "masterpass_card"},
})

// braintreeRules: https://developer.paypal.com/braintree/docs/reference/general/webhooks/overview
func braintreeRules() extract.Rules {
	return withMarks(extract.Rules{
		{Types: []string{"transaction_settled", "transaction_disbursed"}, Also: true, Subject: &braintreeSale,
			Part:  braintreeID,
			Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": ""}, hook.Captured)},
		{Types: []string{"transaction_settled", "transaction_disbursed"}, Subject: &braintreeCredit,
			Part:  braintreeID,
			Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": hook.Refund}, "")},
		// the payment may have been reported as settled before
		{Types: []string{"transaction_settlement_declined"}, Also: true, Subject: &braintreeSale, Part: braintreeID,
			Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": ""}, hook.CaptureFailed)},
		{Types: []string{"transaction_settlement_declined"}, Subject: &braintreeCredit, Part: braintreeID,
			Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": hook.RefundFailed}, "")},
		{Types: []string{"refund_failed"}, Match: extract.Always(hook.RefundFailed), Subject: &braintreeCredit,
			Part: braintreeID},
		{Types: []string{"transaction_reviewed"}, Match: extract.Always(hook.Info), Subject: &braintreeReview},
		{Types: []string{"transaction_retried"}, Match: extract.Always(hook.Info), Subject: &braintreeSale},

		{Types: []string{"subscription_charged_successfully"}, Match: extract.Always(hook.Captured),
			Subject: &braintreeCharge, Part: braintreeID},
		{Types: []string{"subscription_charged_unsuccessfully"}, Match: extract.Always(hook.Failed),
			Subject: &braintreeCharge},

		{Types: []string{"local_payment_completed"}, Match: extract.Always(hook.Processing), Subject: &braintreeLocal},
		{Types: []string{"local_payment_funded"}, Match: extract.Always(hook.Captured), Subject: &braintreeLocal,
			Part: braintreeID},
		{Types: []string{"local_payment_expired"}, Match: extract.Always(hook.Expired), Subject: &braintreeLocal},
		{Types: []string{"local_payment_reversed"}, Match: extract.Always(hook.Reversed), Subject: &braintreeLocal,
			Part: payload.SelectAll("const:reversal")},

		// A retrieval only asks for documents and moves no money. If nobody answers, it expires or is accepted; a
		// chargeback that follows is a dispute of its own.
		{Types: []string{"dispute_*"}, Also: true, Subject: &braintreeDispute,
			Match: extract.ByField("xml:bt_payload/dispute/kind", extract.Kinds{"retrieval": hook.Info}, "")},
		{Types: []string{"dispute_opened", "dispute_under_review", "dispute_disputed"},
			Match: extract.Always(hook.DisputeOpen).Unless(braintreeRetrieval), Subject: &braintreeDispute},
		{Types: []string{"dispute_won"}, Match: extract.Always(hook.DisputeWon).Unless(braintreeRetrieval),
			Subject: &braintreeDispute},
		{Types: []string{"dispute_lost", "dispute_accepted", "dispute_auto_accepted", "dispute_expired"},
			Match: extract.Always(hook.DisputeLost).Unless(braintreeRetrieval), Subject: &braintreeDispute,
			Amounts: braintreeDispute.Amounts},
	}, braintreeMethods)
}

// braintreeRetrieval holds for a retrieval, which is a dispute only by name.
var braintreeRetrieval = extract.Is("xml:bt_payload/dispute/kind", "retrieval")
