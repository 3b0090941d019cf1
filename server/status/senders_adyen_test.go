package status

import (
	"fmt"

	"hookbeam/server/hook"
)

// adyen is a notification of one thing.
func adyen(minutes int, code, success, psp, reference, more string) told {
	return told{body: fmt.Sprintf(`{"live":"true","notificationItems":[%s]}`, adyenItem(minutes, code, success, psp, reference, 4900, more))}
}

func adyenItem(minutes int, code, success, psp, reference string, sum int, more string) string {
	return fmt.Sprintf(`{"NotificationRequestItem":{"amount":{"currency":"EUR","value":%d},"eventCode":%q,"eventDate":%q,"merchantAccountCode":"Shop",`+
		`"merchantReference":%q,"pspReference":%q,"success":%q%s}}`, sum, code, iso(minutes), reference, psp, success, more)
}

// adyenOf is one about a payment, by what the shop asked for under a reference of its own.
func adyenOf(minutes int, code, success, psp string, sum int, more string) told {
	return told{body: fmt.Sprintf(`{"live":"true","notificationItems":[%s]}`,
		adyenItem(minutes, code, success, psp, "change-7", sum, `,"originalReference":"P1"`+more))}
}

// adyenAtOnce is an authorisation where Adyen captures each payment itself.
func adyenAtOnce(e told) told {
	e.settings = map[string]string{"capture": "automatic"}
	return e
}

var (
	adRefused    = adyen(1, "AUTHORISATION", "false", "P0", "10-4471", "")
	adAuthorised = adyen(5, "AUTHORISATION", "true", "P1", "10-4471", "")
	adCaptured   = adyenOf(60, "CAPTURE", "true", "C1", 4900, "")
)

var adyenPlays = []play{
	{sender: "adyen", name: "captured at once", state: hook.StatePaid, events: []told{adyenAtOnce(adAuthorised)}},
	{sender: "adyen", name: "second card, captured at once", state: hook.StatePaid, events: []told{adyenAtOnce(adRefused), adyenAtOnce(adAuthorised)}},
	{sender: "adyen", name: "captured an hour later", state: hook.StatePaid, events: []told{adRefused, adAuthorised, adCaptured}},
	{sender: "adyen", name: "bank debit", state: hook.StatePaid, events: []told{adyen(0, "PENDING", "true", "P1", "10-4471", ""),
		adyenAtOnce(adyen(2880, "AUTHORISATION", "true", "P1", "10-4471", ""))}},
	{sender: "adyen", name: "authorised", state: hook.StateAuthorized, events: []told{adAuthorised}},
	{sender: "adyen", name: "refused", state: hook.StateFailed, events: []told{adRefused}},
	{sender: "adyen", name: "void", state: hook.StateCanceled, events: []told{adAuthorised, adyenOf(60, "CANCELLATION", "true", "V1", 4900, "")}},
	{sender: "adyen", name: "void that was refused", state: hook.StateAuthorized, events: []told{adAuthorised, adyenOf(60, "CANCELLATION", "false", "V1", 4900, "")}},
	{sender: "adyen", name: "void or refund, as a void", state: hook.StateCanceled, events: []told{adAuthorised,
		adyenOf(60, "CANCEL_OR_REFUND", "true", "V1", 4900, `,"additionalData":{"modification.action":"cancel"}`)}},
	{sender: "adyen", name: "void or refund, as a refund", state: hook.StateRefunded, refunded: 4900, events: []told{adAuthorised, adCaptured,
		adyenOf(90, "CANCEL_OR_REFUND", "true", "V1", 4900, `,"additionalData":{"modification.action":"refund"}`)}},
	{sender: "adyen", name: "expiry", state: hook.StateExpired, events: []told{adAuthorised, adyen(40000, "EXPIRE", "true", "P1", "10-4471", "")}},
	{sender: "adyen", name: "left at the bank's page", state: hook.StateExpired, events: []told{adyen(0, "PENDING", "true", "P1", "10-4471", ""),
		adyen(60, "OFFER_CLOSED", "true", "P1", "10-4471", "")}},
	{sender: "adyen", name: "capture fails after success", state: hook.StateFailed, events: []told{adAuthorised, adCaptured,
		adyenOf(900, "CAPTURE_FAILED", "true", "C1", 4900, "")}},
	{sender: "adyen", name: "capture fails, the next one does not", state: hook.StatePaid, events: []told{adAuthorised,
		adyenOf(50, "CAPTURE", "false", "C0", 4900, ""), adCaptured}},
	{sender: "adyen", name: "partial refund", state: hook.StatePartiallyRefunded, refunded: 900, events: []told{adAuthorised, adCaptured,
		adyenOf(90, "REFUND", "true", "R1", 900, "")}},
	{sender: "adyen", name: "full refund in two parts", state: hook.StateRefunded, refunded: 4900, events: []told{adAuthorised, adCaptured,
		adyenOf(90, "REFUND", "true", "R1", 900, ""), adyenOf(90, "REFUND", "true", "R2", 4000, "")}},
	{sender: "adyen", name: "refund fails later", state: hook.StatePaid, events: []told{adAuthorised, adCaptured,
		adyenOf(90, "REFUND", "true", "R1", 900, ""), adyenOf(900, "REFUND_FAILED", "true", "R1", 900, "")}},
	{sender: "adyen", name: "refund refused", state: hook.StatePaid, events: []told{adAuthorised, adCaptured, adyenOf(90, "REFUND", "false", "R1", 900, "")}},
	{sender: "adyen", name: "dispute lost", state: hook.StatePaid, dispute: hook.DisputeIsLost, events: []told{adCaptured,
		adyenOf(900, "REQUEST_FOR_INFORMATION", "true", "D1", 4900, ""), adyenOf(901, "NOTIFICATION_OF_CHARGEBACK", "true", "D1", 4900, ""),
		adyenOf(9000, "CHARGEBACK", "true", "D1", 4900, "")}},
	{sender: "adyen", name: "dispute won", state: hook.StatePaid, dispute: hook.DisputeIsWon, events: []told{adAuthorised, adCaptured,
		adyenOf(900, "CHARGEBACK", "true", "D1", 4900, ""), adyenOf(9000, "CHARGEBACK_REVERSED", "true", "D1", 4900, "")}},
	{sender: "adyen", name: "paid after expiry", state: hook.StatePaid, late: true, events: []told{
		adyen(60, "OFFER_CLOSED", "true", "P1", "10-4471", ""), adyenAtOnce(adyen(70, "AUTHORISATION", "true", "P1", "10-4471", ""))}},
	{sender: "adyen", name: "cancel race", state: hook.StatePaid, events: []told{adAuthorised, adCaptured,
		adyenOf(60, "CANCELLATION", "true", "V1", 4900, "")}},
	{sender: "adyen", name: "two notifications in one request", state: hook.StatePaid, events: []told{
		{body: fmt.Sprintf(`{"live":"true","notificationItems":[%s,%s]}`, adyenItem(5, "AUTHORISATION", "true", "P1", "10-4471", 4900, ""),
			adyenItem(5, "CAPTURE", "true", "C1", "change-7", 4900, `,"originalReference":"P1"`))}}},
}
