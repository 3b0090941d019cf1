package web

// phrase names one sentence of a status page. Every translation has a text for each. messageOf chooses phrases by the
// facts of a payment, so what may be said does not depend on the language.
//
// Texts contain these placeholders, which are replaced by formatted money: {paid} was captured, {held} is reserved,
// {refunded} was returned, {due} is to be paid in total and {rest} is what is missing of it.
type phrase string

// The headings: what is known in one short sentence, without a full stop.
const (
	titleWaiting        phrase = "title waiting"
	titleDetails        phrase = "title details"   // the provider sent an id alone
	titleAmbiguous      phrase = "title ambiguous" // several customers' payments have the reference
	titleStarted        phrase = "title started"
	titleApproved       phrase = "title approved" // by the payer; the shop has not captured
	titleConfirm        phrase = "title confirm"
	titleVoucher        phrase = "title voucher" // issued, to be paid in a shop
	titleCoins          phrase = "title coins"   // none were sent yet
	titleProcessing     phrase = "title processing"
	titleBank           phrase = "title bank"       // a card or bank has to answer
	titleCoinsSeen      phrase = "title coins seen" // sent, not confirmed
	titleArrived        phrase = "title arrived"    // coins came; whether they pay the order is open
	titleReserved       phrase = "title reserved"
	titlePaid           phrase = "title paid"
	titleNothingDue     phrase = "title nothing due"
	titlePartlyPaid     phrase = "title partly paid"
	titlePartCollected  phrase = "title part collected" // the rest is reserved
	titlePartlyRefunded phrase = "title partly refunded"
	titleRefunded       phrase = "title refunded"
	titleReturned       phrase = "title returned" // by a dispute
	titleDeclined       phrase = "title declined" // a card or a bank declined it, and nothing else may say so
	titleFailed         phrase = "title failed"
	titleReleased       phrase = "title released" // an authorization ended
	titleReservationEnd phrase = "title reservation expired"
	titleCanceled       phrase = "title canceled"
	titleOrderCanceled  phrase = "title order canceled"
	titleWrittenOff     phrase = "title written off"
	titleExpired        phrase = "title expired"
	titleVoucherExpired phrase = "title voucher expired"
	titleUnfulfilled    phrase = "title unfulfilled"
	titlePartFulfilled  phrase = "title partially fulfilled"
	titleFulfilled      phrase = "title fulfilled"
	titleGoodsReturned  phrase = "title goods returned"
)

// The sentences below the heading, which say what it means for the payer's money, and what the payer can do. A note
// consists of up to four of them.
const (
	// saysDenied is "You have not been charged". mayDeny decides whether it is said; nothing else may choose it, and no
	// other text says the same.
	saysDenied phrase = "denied"

	saysShownHere     phrase = "shown here"
	saysDetails       phrase = "details"
	saysAmbiguous     phrase = "ambiguous"
	saysLeaveOpen     phrase = "leave open"
	saysMayClose      phrase = "may close"
	saysThanks        phrase = "thanks"
	saysNotCollected  phrase = "not collected"
	saysBankConfirms  phrase = "bank confirms"
	saysBankTransfer  phrase = "bank transfer"
	saysOneMoreStep   phrase = "one more step"
	saysPayVoucher    phrase = "pay voucher"
	saysSendCoins     phrase = "send coins"
	saysConfirmations phrase = "confirmations"
	saysUnconfirmed   phrase = "unconfirmed" // by the shop, of coins that came
	saysTooLittle     phrase = "too little"
	saysCollected     phrase = "collected later"

	saysTrial phrase = "trial"
	saysFree  phrase = "free"
	saysSetup phrase = "setup"

	saysReceived     phrase = "received" // {paid}, more than was due
	saysReceivedMore phrase = "received more"
	saysDifference   phrase = "difference"
	saysStillDue     phrase = "still due" // {rest}
	saysMoreDue      phrase = "more due"
	saysPayRest      phrase = "pay rest"
	saysPartEnded    phrase = "part ended"
	saysPartHeld     phrase = "part held" // {paid} was collected, {held} is reserved
	saysRestHeld     phrase = "rest held"
	saysAlsoHeld     phrase = "also held" // {held}
	saysAnotherComes phrase = "another comes"

	saysRefunded     phrase = "refunded"      // {refunded}
	saysRefundedPart phrase = "refunded part" // {refunded} of {paid}
	saysRefundIssued phrase = "refund issued"
	saysRefundTime   phrase = "refund time"
	saysNoRefund     phrase = "no refund"
	saysAskRest      phrase = "ask about the rest"
	saysYouPaid      phrase = "you paid" // {paid}
	saysWasPaid      phrase = "was paid"
	saysMoneyCame    phrase = "money came"
	saysIsPaid       phrase = "is paid"

	saysTryOther     phrase = "try other"
	saysTryAgain     phrase = "try again"
	saysNotInTime    phrase = "not in time"
	saysNotPaid      phrase = "not paid in time"
	saysNoLonger     phrase = "no longer expected"
	saysBankMayShow  phrase = "bank may show"
	saysStillHeld    phrase = "still held"
	saysStillComing  phrase = "still coming"
	saysUnclear      phrase = "unclear"
	saysDisputeOpen  phrase = "dispute open"
	saysDisputeWon   phrase = "dispute won"  // by the shop
	saysDisputeLost  phrase = "dispute lost" // by the shop
	saysPartSent     phrase = "part sent"
	saysSent         phrase = "sent"
	saysGoodsAreBack phrase = "goods are back"
)
