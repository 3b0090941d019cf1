package provider

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// braintree is Braintree: how it signs, and what its deliveries say. Braintree sends XML in base64 in a
// form, signed with HMAC-SHA-1 under the SHA-1 of the private key, and the public key beside the
// signature. Its libraries sign with and without a newline behind:
// https://developer.paypal.com/braintree/docs/guides/webhooks/parse
var braintree = Provider{
	ID: "braintree", Name: "Braintree",
	Steps: []string{
		"Put your public key into the setting public_key and add your private key here as the secret.",
		"In Braintree's control panel open Settings, Webhooks, and add this address: it is asked a " +
			"question, which is answered with the keys.",
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
		Events: joins("sha256"),
		Types:  payload.SelectAll("xml:bt_payload/kind"),
		Times:  payload.SelectAll("xml:bt_payload/timestamp"),
	},
	Rules:             braintreeRules,
	UnsignedChallenge: braintreeNoPayload,
}

// braintreeSale is a transaction, wherever it stands in a notification. Those of a subscription may
// share what the shop wrote.
var braintreeSale = extract.SubjectSpec{
	Aliases:    []extract.AliasSpec{extract.Alias("payment", "xml:bt_payload/transaction/id")},
	References: payload.SelectAll("xml:bt_payload/transaction/order-id"),
	CopiedReferences: extract.ByField("?xml:bt_payload/transaction/subscription-id",
		extract.Kinds{"yes": hook.Info}, ""),
	Customer: payload.SelectAll("xml:bt_payload/transaction/customer/email"),
	Amounts:  []extract.AmountSpec{extract.Amount("xml:bt_payload/transaction/amount")},
	Currency: payload.SelectAll("xml:bt_payload/transaction/currency-iso-code"), Decimal: true,
}

// braintreeLike is a transaction of other names, which name no order.
func braintreeLike(names ...extract.AliasSpec) extract.SubjectSpec {
	t := braintreeSale
	t.Aliases, t.References = names, nil
	return t
}

var (
	// braintreeCredit is a transaction that gives back what another one took.
	braintreeCredit = braintreeLike(extract.Alias("payment", "xml:bt_payload/transaction/refunded-transaction-id"))

	// braintreeCharge is the newest transaction of a subscription.
	braintreeCharge = braintreeLike(extract.Alias("payment", "xml:bt_payload/transactions/transaction/id"))

	braintreeReview = braintreeLike(extract.Alias("payment", "xml:bt_payload/transaction-id"))

	braintreeLocal = func() extract.SubjectSpec {
		t := braintreeSale
		t.Aliases = []extract.AliasSpec{extract.Alias("payment", "xml:bt_payload/transaction/id"),
			extract.Alias("local-payment", "xml:bt_payload/payment-id")}
		return t
	}()
)

// braintreeRefund is the id of a refund: that of the transaction that gives back.
var braintreeRefund = payload.SelectAll("xml:bt_payload/transaction/id")

// braintreeRules: https://developer.paypal.com/braintree/docs/reference/general/webhooks/overview
var braintreeRules = extract.Rules{
	{Types: []string{"transaction_settled", "transaction_disbursed"}, Also: true, Subject: &braintreeSale,
		Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": ""}, hook.Captured)},
	{Types: []string{"transaction_settled", "transaction_disbursed"}, Subject: &braintreeCredit,
		Refund: braintreeRefund,
		Match:  extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": hook.Refund}, "")},
	// it may have counted as paid before
	{Types: []string{"transaction_settlement_declined"}, Also: true, Subject: &braintreeSale,
		Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": ""}, hook.CaptureFailed)},
	{Types: []string{"transaction_settlement_declined"}, Subject: &braintreeCredit, Refund: braintreeRefund,
		Match: extract.ByField("xml:bt_payload/transaction/type", extract.Kinds{"credit": hook.RefundFailed}, "")},
	{Types: []string{"refund_failed"}, Match: extract.Always(hook.RefundFailed), Subject: &braintreeCredit,
		Refund: braintreeRefund},
	{Types: []string{"transaction_reviewed"}, Match: extract.Always(hook.Info), Subject: &braintreeReview},
	{Types: []string{"transaction_retried"}, Match: extract.Always(hook.Info), Subject: &braintreeSale},

	{Types: []string{"subscription_charged_successfully"}, Match: extract.Always(hook.Captured),
		Subject: &braintreeCharge},
	{Types: []string{"subscription_charged_unsuccessfully"}, Match: extract.Always(hook.Failed),
		Subject: &braintreeCharge},

	{Types: []string{"local_payment_completed"}, Match: extract.Always(hook.Processing), Subject: &braintreeLocal},
	{Types: []string{"local_payment_funded"}, Match: extract.Always(hook.Captured), Subject: &braintreeLocal},
	{Types: []string{"local_payment_expired"}, Match: extract.Always(hook.Expired), Subject: &braintreeLocal},
	{Types: []string{"local_payment_reversed"}, Match: extract.Always(hook.Reversed), Subject: &braintreeLocal},

	{Types: []string{"dispute_opened", "dispute_under_review", "dispute_disputed"},
		Match: extract.Always(hook.DisputeOpen), Subject: &braintreeSale},
	{Types: []string{"dispute_won"}, Match: extract.Always(hook.DisputeWon), Subject: &braintreeSale},
	{Types: []string{"dispute_lost", "dispute_accepted", "dispute_auto_accepted", "dispute_expired"},
		Match: extract.Always(hook.DisputeLost), Subject: &braintreeSale},
}

var (
	braintreeQuestion = payload.Select("query:bt_challenge")
	braintreePayload  = payload.Select("form:bt_payload")
)

// braintreeChallenge answers with the challenge signed by the first private key.
func braintreeChallenge(q *signature.Request) (signature.Result, bool) {
	challenge := q.Text(braintreeQuestion)
	if q.Record.Method != "GET" || challenge == "" {
		return signature.Result{}, false
	}
	public := q.Settings["public_key"]
	secrets := signature.NotBlank(q.Endpoint.Secrets)
	if !isChallenge(challenge) || public == "" || len(secrets) == 0 {
		return answered(nil)
	}
	key := sha1.Sum([]byte(secrets[0].Value))
	sum := hmac.New(sha1.New, key[:])
	_, _ = sum.Write([]byte(challenge))
	return answered(echo(public + "|" + hex.EncodeToString(sum.Sum(nil))))
}

// isChallenge reports whether s is 20 to 32 hex digits.
func isChallenge(s string) bool {
	return len(s) >= 20 && len(s) <= 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// braintreeNoPayload refuses a notification whose payload could be a challenge that this endpoint has signed.
func braintreeNoPayload(q *signature.Request) (signature.Result, bool) {
	if f, asked := braintreeChallenge(q); asked {
		return f, true
	}
	if isChallenge(strings.TrimSpace(q.Text(braintreePayload))) {
		return signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed}, true
	}
	return signature.Result{}, false
}
