package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Level says which of the three things that can be paid a statement about money is about.
type Level string

// The levels.
const (
	// LevelPayment is one attempt of a payer to move money: the provider's own object, identified by its ids.
	LevelPayment Level = "payment"
	// LevelOrder is what is being paid, by zero or more payments. Ids of the provider identify it.
	LevelOrder Level = "order"
	// LevelReference is the shop's own number. It is a name and identifies nothing: it lists orders, and payments that
	// belong to no order.
	LevelReference Level = "reference"
)

// More says whether more captures follow the one that was reported.
type More string

// The values of More; "" means that the provider does not say.
const (
	MoreFollow More = "yes"
	LastOne    More = "no"
)

// Method is the family of payment methods. It decides whom a page may name: a bank, a card, nobody.
type Method string

// The families; "" is unknown.
const (
	MethodCard    Method = "card"
	MethodBank    Method = "bank" // transfers and debits
	MethodVoucher Method = "voucher"
	MethodWallet  Method = "wallet"
	MethodCoins   Method = "coins"
)

// Review is a reason why a person should look at a payment or order.
type Review string

// The reasons. All but the last four are derived; the others are reported by providers.
const (
	ReviewPaidTwice        Review = "paid_twice"        // several payments of one order kept more than was due
	ReviewOverpaid         Review = "overpaid"          // one payment kept more than was due
	ReviewCaptureFailed    Review = "capture_failed"    // a capture failed, and less was taken than authorized
	ReviewCurrenciesDiffer Review = "currencies_differ" // amounts in other currencies do not count
	ReviewReferenceShared  Review = "reference_shared"  // several customers' payments have this reference
	ReviewTooManyPayments  Review = "too_many_payments" // so many payments have this name that it names no order
	ReviewTooManyParts     Review = "too_many_parts"    // captures or refunds were left out
	ReviewTooManyAliases   Review = "too_many_aliases"  // further ids have statuses of their own
	ReviewPaidInPart       Review = "paid_in_part"      // coins came, and not enough
	ReviewUnderpaid        Review = "underpaid"
)

// ReviewAny stands for all reasons in a StatusFilter.
const ReviewAny Review = "any"

// Cause says why a payment or order ended, or why nothing is due.
type Cause string

// The reasons that pages have words for; a provider's other reasons are not reported.
const (
	CauseWrittenOff Cause = "written_off" // the shop gave up an invoice
	CauseApproved   Cause = "approved"    // the payer approved; the shop has not captured yet
	CauseTrial      Cause = "trial"       // nothing is due yet
	CauseFree       Cause = "free"        // the total is zero
	CauseSetup      Cause = "setup"       // a payment method was stored, nothing was paid
	CauseNoDetails  Cause = "no_details"  // the provider sent an id alone
)

// Summary is the derived state of a payment, an order or a reference. Amounts are in minor units of Currency.
type Summary struct {
	State    State  `json:"state,omitempty"`
	Began    Time   `json:"began,omitzero"`  // when the oldest evidence about it happened
	At       Time   `json:"at,omitzero"`     // when it came to this state
	Newest   Time   `json:"newest,omitzero"` // when the newest evidence about it happened
	Currency string `json:"currency,omitempty"`
	Amount   int64  `json:"amount,omitempty"` // captured, else held, else due
	Due      int64  `json:"due,omitempty"`    // what is to be paid in total; 0: unknown
	DueKnown bool   `json:"due_known,omitempty"`
	Captured int64  `json:"captured,omitempty"`
	Held     int64  `json:"held,omitempty"`
	Refunded int64  `json:"refunded,omitempty"`
	Waived   int64  `json:"waived,omitempty"` // of Due, what will not be captured any more
	Extra    int64  `json:"extra,omitempty"`  // of a payment: what of Captured came on top of the price, such as a tip

	// Uncarried is, of what an order declares to be captured, what no payment on record has brought.
	Uncarried int64 `json:"uncarried,omitempty"`

	Taken    bool `json:"taken,omitempty"`    // money was taken and not returned; its amount may be unknown
	OnHold   bool `json:"on_hold,omitempty"`  // an authorization stands
	OnItsWay bool `json:"on_way,omitempty"`   // money may still come without the payer's doing
	Back     bool `json:"returned,omitempty"` // money was returned
	Denied   bool `json:"denied,omitempty"`   // it is proved that the payer was not charged

	WasHeld    bool     `json:"was_held,omitempty"` // an authorization ended without a capture
	Unproved   bool     `json:"unproved,omitempty"` // an authorization ended, and nobody stated its end
	NothingDue Cause    `json:"nothing_due,omitempty"`
	Cause      Cause    `json:"cause,omitempty"`
	Method     Method   `json:"method,omitempty"`
	Review     []Review `json:"review,omitempty"`
	Late       bool     `json:"late,omitempty"`
	Dispute    Dispute  `json:"dispute,omitempty"`
	Fulfilment State    `json:"fulfilment,omitempty"`
	Final      bool     `json:"final,omitempty"`     // nothing more is expected
	Inherited  bool     `json:"inherited,omitempty"` // some evidence about it or its members is; see Evidence.Inherited
	Payments   int      `json:"payments,omitempty"`
}

// Member is a payment in the row of its order, or an order or payment in the row of a reference.
type Member struct {
	// Name is an alias of the member, under which at least one event reported it. A member with several such aliases
	// is listed under each: rows are merged, aliases are not, so which members a full row keeps does not depend on
	// the order of arrival.
	Name      string   `json:"name"`
	Row       int64    `json:"row"`
	Level     Level    `json:"level"`
	Ordered   bool     `json:"ordered,omitempty"` // it is a payment of an order, and passed over in a reference
	Money     bool     `json:"money,omitempty"`   // it has or had money, an authorization, or money on its way
	ID        StatusID `json:"id"`
	Customers []string `json:"customers,omitempty"`
	Customer  string   `json:"customer,omitempty"` // email address, for people
	Summary
}

// phoneDigits is how many digits of a telephone number are compared, from its end. Those before them may be written in
// several ways or be missing: the country's code, the trunk prefix, the area's code.
const phoneDigits = 7

// CustomerHash returns the hash of an id, address or number of a customer as statements carry it. kind is "id",
// "mail" or "phone". Hashes of different kinds say nothing about each other. Of a telephone number the last digits
// count, so that "+91 98765 43210" and "098765-43210" are one customer; "" if it has no digits.
func CustomerHash(kind, text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if kind == "phone" {
		text = strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text)
		if text == "" {
			return ""
		}
		text = text[max(0, len(text)-phoneDigits):]
	}
	sum := sha256.Sum256([]byte("customer\x00" + kind + "\x00" + text))
	return kind + ":" + hex.EncodeToString(sum[:8])
}

// ScopedReference returns a reference as it is indexed: the same text under two accounts is two references. It returns
// one that is scoped already as it is, and so the other names of a reference ("adyen-order/…"): they are ids of the
// provider, which no two accounts share.
func ScopedReference(account, reference string) string {
	if account == "" || !strings.HasPrefix(reference, "order/") || strings.Contains(reference, "\x00") {
		return reference
	}
	return reference + "\x00" + account
}

// CutReference returns the text of a reference, such as "order/10-4471", and its account.
func CutReference(scoped string) (reference, account string) {
	reference, account, _ = strings.Cut(scoped, "\x00")
	return reference, account
}

// Reviewed says that a person looked at a payment or order and found that nothing need be done about some reasons.
// Other reasons that come later need another look.
type Reviewed struct {
	Review []Review `json:"review"`
	At     Time     `json:"at"`
	By     string   `json:"by"`             // who did it: a session's or token's name
	Note   string   `json:"note,omitempty"` // what they found
}

// Covers reports whether all reasons were looked at.
func (r *Reviewed) Covers(all []Review) bool {
	if r == nil {
		return len(all) == 0
	}
	for _, review := range all {
		if !slices.Contains(r.Review, review) {
			return false
		}
	}
	return true
}
