package web

import "hookbeam/server/hook"

// german addresses the payer as "Sie". Durations follow "innerhalb von" and "von", so their units are in the dative:
// "2 Tagen".
var german = translation{
	states: map[hook.State]stateText{
		hook.StateWaiting: {
			"Wir warten auf Ihre Zahlung",
			"Diese Seite zeigt sie, sobald wir davon erfahren.",
			"Erwartet",
		},
		hook.StatePending: {"Zahlung begonnen", "Sie können diese Seite geöffnet lassen.", "Begonnen"},
		hook.StateActionRequired: {
			"Bitte bestätigen Sie die Zahlung",
			"Ihre Bank möchte eine Bestätigung, in ihrer App oder auf ihrer Seite.",
			"Bestätigen",
		},
		hook.StateProcessing: {
			"Wir warten auf Ihre Bank",
			"Sie können diese Seite geöffnet lassen.",
			"Bei Ihrer Bank",
		},
		hook.StateAuthorized: {
			"Der Betrag ist reserviert",
			"Er wird eingezogen, wenn der Shop Ihre Bestellung abschließt.",
			"Reserviert",
		},
		hook.StatePaid: {
			"Zahlung eingegangen",
			"Vielen Dank. Sie können diese Seite schließen.",
			"Bezahlt",
		},
		hook.StatePartiallyRefunded: {
			"Ein Teil wurde erstattet",
			"Er erreicht Ihr Konto in einigen Tagen.",
			"Teils erstattet",
		},
		hook.StateRefunded: {
			"Ihre Zahlung wurde erstattet",
			"Der Betrag erreicht Ihr Konto in einigen Tagen.",
			"Erstattet",
		},
		hook.StateFailed: {
			"Ihre Bank hat die Zahlung abgelehnt",
			"Ihr Konto wurde nicht belastet. Versuchen Sie eine andere Zahlungsart oder fragen Sie Ihre Bank.",
			"Abgelehnt",
		},
		hook.StateCanceled: {
			"Die Zahlung wurde abgebrochen",
			"Ihr Konto wurde nicht belastet.",
			"Abgebrochen",
		},
		hook.StateExpired: {
			"Die Zahlung ist abgelaufen",
			"Sie wurde nicht rechtzeitig abgeschlossen. Ihr Konto wurde nicht belastet.",
			"Abgelaufen",
		},
	},

	order:    "Bestellung {n}",
	back:     "Zurück zu {name}",
	home:     "Zurück zum Shop",
	test:     "Testzahlung: Es fließt kein Geld",
	refunded: "{amount} erstattet",

	refreshes: "Diese Seite lädt sich von selbst neu.",
	refresh:   "Jetzt neu laden",

	usually: "Meist bestätigt innerhalb von {half}; 9 von 10 innerhalb von {most}.",
	slow: "Das dauert länger als sonst. Sie können diese Seite schließen: " +
		"Sie zeigt das Ergebnis, wann immer Sie wiederkommen.",

	seconds: "{n} Sekunden",
	minutes: "{n} Minuten",
	hours:   "{n} Stunden",
	days:    "{n} Tagen",

	live:    "Live",
	polling: "Wird alle paar Sekunden geprüft",
	offline: "Keine Verbindung: neuer Versuch folgt",

	goneTitle: "Dieser Link führt nirgendwohin",
	goneText: "Er ist abgelaufen, oder ein Teil davon fehlt. " +
		"Bitten Sie den Shop, von dem Sie ihn haben, um einen neuen.",
}
