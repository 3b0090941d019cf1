package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"

	"hookbeam/server/hook"
)

// said is what a page says of one state.
type said struct {
	Sentence string `json:"sentence"`
	Detail   string `json:"detail"`
	Step     string `json:"step"`
}

// words are all that a status page says, in one language. {…} stands for what is filled in.
type words struct {
	states map[hook.State]said

	order, back, home, test, refreshes, refresh, refunded                string
	usually, slow, seconds, minutes, hours, days, live, polling, offline string
	goneTitle, goneText                                                  string
}

// languages in which status pages speak, and which is spoken where none of them is wanted.
var languages = map[string]words{"en": english, "de": german, "fr": french, "es": spanish, "hi": hindi}

const defaultLanguage = "en"

// language is what a reader wants: what the address says, or else what the browser prefers (RFC 9110 §12.5.4; in the
// order written, for browsers write the best first).
func language(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); languages[l].states != nil {
		return l
	}
	for wanted := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(wanted), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if languages[primary].states != nil {
			return primary
		}
	}
	return defaultLanguage
}

// called says a state that only its endpoint knows as it is called.
func called(s hook.State) said {
	name := []rune(strings.ReplaceAll(string(s), "_", " "))
	if len(name) > 0 {
		name[0] = unicode.ToUpper(name[0])
	}
	return said{Sentence: string(name), Step: string(name)}
}

// fill fills in pairs of a name and its text.
func fill(form string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		form = strings.ReplaceAll(form, "{"+pair[0]+"}", pair[1])
	}
	return form
}

var english = words{
	states: map[hook.State]said{
		hook.StateWaiting: {
			"Waiting for your payment",
			"This page shows it as soon as we hear of it.",
			"Waiting",
		},
		hook.StatePending: {"Payment started", "You can leave this page open.", "Started"},
		hook.StateActionRequired: {
			"Please confirm the payment",
			"Your bank wants you to confirm it, in its app or on its page.",
			"Confirm",
		},
		hook.StateProcessing: {
			"We are waiting for your bank",
			"You can leave this page open.",
			"With your bank",
		},
		hook.StateAuthorized: {
			"The amount is reserved",
			"It is collected when the shop completes your order.",
			"Reserved",
		},
		hook.StatePaid: {"Payment received", "Thank you. You can close this page.", "Paid"},
		hook.StatePartiallyRefunded: {
			"Part of your payment was refunded",
			"It reaches your account within a few days.",
			"Partly refunded",
		},
		hook.StateRefunded: {
			"Your payment was refunded",
			"It reaches your account within a few days.",
			"Refunded",
		},
		hook.StateFailed: {
			"Your bank declined the payment",
			"You have not been charged. Try another way to pay, or ask your bank why.",
			"Declined",
		},
		hook.StateCanceled: {"The payment was cancelled", "You have not been charged.", "Cancelled"},
		hook.StateExpired: {
			"The payment has expired",
			"It was not completed in time. You have not been charged.",
			"Expired",
		},
	},
	order: "Order {n}", back: "Back to {name}", home: "Back to the shop", test: "Test payment: no money moves", refunded: "{amount} refunded",
	refreshes: "This page refreshes itself.", refresh: "Refresh now",
	usually: "Usually confirmed within {half}; 9 in 10 within {most}.",
	slow:    "This takes longer than usual. You may close this page: it shows the result whenever you come back.",
	seconds: "{n} seconds", minutes: "{n} minutes", hours: "{n} hours", days: "{n} days", live: "Live", polling: "Checking every few seconds", offline: "No connection: trying again",
	goneTitle: "This link leads nowhere", goneText: "It may have expired, or a part of it is missing. Ask the shop that gave it to you for a new one.",
}

var german = words{
	states: map[hook.State]said{
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
	order: "Bestellung {n}", back: "Zurück zu {name}", home: "Zurück zum Shop", test: "Testzahlung: Es fließt kein Geld", refunded: "{amount} erstattet",
	refreshes: "Diese Seite lädt sich von selbst neu.", refresh: "Jetzt neu laden",
	usually: "Meist bestätigt innerhalb von {half}; 9 von 10 innerhalb von {most}.",
	slow:    "Das dauert länger als sonst. Sie können diese Seite schließen: Sie zeigt das Ergebnis, wann immer Sie wiederkommen.",
	seconds: "{n} Sekunden", minutes: "{n} Minuten", hours: "{n} Stunden", days: "{n} Tagen", live: "Live", polling: "Wird alle paar Sekunden geprüft", offline: "Keine Verbindung: neuer Versuch folgt",
	goneTitle: "Dieser Link führt nirgendwohin", goneText: "Er ist abgelaufen, oder ein Teil davon fehlt. Bitten Sie den Shop, von dem Sie ihn haben, um einen neuen.",
}

var french = words{
	states: map[hook.State]said{
		hook.StateWaiting: {
			"Nous attendons votre paiement",
			"Cette page l’affichera dès que nous en serons informés.",
			"En attente",
		},
		hook.StatePending: {"Paiement commencé", "Vous pouvez laisser cette page ouverte.", "Commencé"},
		hook.StateActionRequired: {
			"Veuillez confirmer le paiement",
			"Votre banque vous demande de le confirmer, dans son application ou sur son site.",
			"À confirmer",
		},
		hook.StateProcessing: {
			"Nous attendons votre banque",
			"Vous pouvez laisser cette page ouverte.",
			"À la banque",
		},
		hook.StateAuthorized: {
			"Le montant est réservé",
			"Il sera débité lorsque la boutique finalisera votre commande.",
			"Réservé",
		},
		hook.StatePaid: {"Paiement reçu", "Merci. Vous pouvez fermer cette page.", "Payé"},
		hook.StatePartiallyRefunded: {
			"Une partie a été remboursée",
			"Elle arrivera sur votre compte d’ici quelques jours.",
			"Remboursé en partie",
		},
		hook.StateRefunded: {
			"Votre paiement a été remboursé",
			"Le montant arrivera sur votre compte d’ici quelques jours.",
			"Remboursé",
		},
		hook.StateFailed: {
			"Votre banque a refusé le paiement",
			"Votre compte n’a pas été débité. Essayez un autre moyen de paiement ou interrogez votre banque.",
			"Refusé",
		},
		hook.StateCanceled: {"Le paiement a été annulé", "Votre compte n’a pas été débité.", "Annulé"},
		hook.StateExpired: {
			"Le paiement a expiré",
			"Il n’a pas été terminé à temps. Votre compte n’a pas été débité.",
			"Expiré",
		},
	},
	order: "Commande {n}", back: "Retour à {name}", home: "Retour à la boutique", test: "Paiement de test : aucun argent n’est débité", refunded: "{amount} remboursés",
	refreshes: "Cette page s’actualise d’elle-même.", refresh: "Actualiser",
	usually: "En général confirmé en {half} ; 9 fois sur 10 en {most}.",
	slow:    "C’est plus long que d’habitude. Vous pouvez fermer cette page : elle affichera le résultat à votre retour.",
	seconds: "{n} secondes", minutes: "{n} minutes", hours: "{n} heures", days: "{n} jours", live: "En direct", polling: "Vérifié toutes les quelques secondes", offline: "Pas de connexion : nouvel essai en cours",
	goneTitle: "Ce lien ne mène nulle part", goneText: "Il a peut-être expiré, ou une partie manque. Demandez-en un nouveau à la boutique qui vous l’a donné.",
}

var spanish = words{
	states: map[hook.State]said{
		hook.StateWaiting: {
			"Esperamos su pago",
			"Esta página lo mostrará en cuanto lo sepamos.",
			"En espera",
		},
		hook.StatePending: {"Pago iniciado", "Puede dejar esta página abierta.", "Iniciado"},
		hook.StateActionRequired: {
			"Confirme el pago, por favor",
			"Su banco le pide que lo confirme, en su aplicación o en su página.",
			"Confirmar",
		},
		hook.StateProcessing: {"Esperamos a su banco", "Puede dejar esta página abierta.", "En su banco"},
		hook.StateAuthorized: {
			"El importe está reservado",
			"Se cobrará cuando la tienda complete su pedido.",
			"Reservado",
		},
		hook.StatePaid: {"Pago recibido", "Gracias. Puede cerrar esta página.", "Pagado"},
		hook.StatePartiallyRefunded: {
			"Se ha devuelto una parte",
			"Llegará a su cuenta en unos días.",
			"Devuelto en parte",
		},
		hook.StateRefunded: {"Se ha devuelto su pago", "Llegará a su cuenta en unos días.", "Devuelto"},
		hook.StateFailed: {
			"Su banco ha rechazado el pago",
			"No se le ha cobrado nada. Pruebe otra forma de pago o pregunte a su banco.",
			"Rechazado",
		},
		hook.StateCanceled: {"El pago se ha cancelado", "No se le ha cobrado nada.", "Cancelado"},
		hook.StateExpired: {
			"El pago ha caducado",
			"No se completó a tiempo. No se le ha cobrado nada.",
			"Caducado",
		},
	},
	order: "Pedido {n}", back: "Volver a {name}", home: "Volver a la tienda", test: "Pago de prueba: no se mueve dinero", refunded: "{amount} devueltos",
	refreshes: "Esta página se actualiza sola.", refresh: "Actualizar ahora",
	usually: "Suele confirmarse en {half}; 9 de cada 10 veces en {most}.",
	slow:    "Está tardando más de lo habitual. Puede cerrar esta página: mostrará el resultado cuando vuelva.",
	seconds: "{n} segundos", minutes: "{n} minutos", hours: "{n} horas", days: "{n} días", live: "En directo", polling: "Se comprueba cada pocos segundos", offline: "Sin conexión: se intenta de nuevo",
	goneTitle: "Este enlace no lleva a ninguna parte", goneText: "Quizá haya caducado o le falte una parte. Pida uno nuevo a la tienda que se lo dio.",
}

var hindi = words{
	states: map[hook.State]said{
		hook.StateWaiting: {
			"आपके भुगतान की प्रतीक्षा है",
			"जानकारी मिलते ही यह पेज उसे दिखाएगा।",
			"प्रतीक्षा",
		},
		hook.StatePending: {"भुगतान शुरू हुआ", "आप यह पेज खुला छोड़ सकते हैं।", "शुरू"},
		hook.StateActionRequired: {
			"कृपया भुगतान की पुष्टि करें",
			"आपका बैंक अपने ऐप या पेज पर पुष्टि चाहता है।",
			"पुष्टि",
		},
		hook.StateProcessing: {
			"हम आपके बैंक की प्रतीक्षा कर रहे हैं",
			"आप यह पेज खुला छोड़ सकते हैं।",
			"बैंक के पास",
		},
		hook.StateAuthorized: {"राशि आरक्षित है", "दुकान द्वारा ऑर्डर पूरा करने पर यह ली जाएगी।", "आरक्षित"},
		hook.StatePaid:       {"भुगतान मिल गया", "धन्यवाद। आप यह पेज बंद कर सकते हैं।", "भुगतान हुआ"},
		hook.StatePartiallyRefunded: {
			"भुगतान का एक हिस्सा लौटाया गया",
			"यह कुछ दिनों में आपके खाते में पहुँचेगा।",
			"आंशिक वापसी",
		},
		hook.StateRefunded: {
			"आपका भुगतान लौटाया गया",
			"यह कुछ दिनों में आपके खाते में पहुँचेगा।",
			"लौटाया गया",
		},
		hook.StateFailed: {
			"आपके बैंक ने भुगतान अस्वीकार किया",
			"आपसे कोई राशि नहीं ली गई। भुगतान का दूसरा तरीका आज़माएँ या बैंक से पूछें।",
			"अस्वीकृत",
		},
		hook.StateCanceled: {"भुगतान रद्द हुआ", "आपसे कोई राशि नहीं ली गई।", "रद्द"},
		hook.StateExpired: {
			"भुगतान का समय समाप्त हुआ",
			"यह समय पर पूरा नहीं हुआ। आपसे कोई राशि नहीं ली गई।",
			"समाप्त",
		},
	},
	order: "ऑर्डर {n}", back: "{name} पर वापस जाएँ", home: "दुकान पर वापस जाएँ", test: "परीक्षण भुगतान: कोई पैसा नहीं कटता", refunded: "{amount} लौटाए गए",
	refreshes: "यह पेज अपने आप ताज़ा होता है।", refresh: "अभी ताज़ा करें",
	usually: "आम तौर पर {half} में पुष्टि; 10 में से 9 बार {most} में।",
	slow:    "इसमें सामान्य से अधिक समय लग रहा है। आप यह पेज बंद कर सकते हैं: लौटने पर यह परिणाम दिखाएगा।",
	seconds: "{n} सेकंड", minutes: "{n} मिनट", hours: "{n} घंटे", days: "{n} दिन", live: "लाइव", polling: "हर कुछ सेकंड में जाँच हो रही है", offline: "कनेक्शन नहीं: फिर से कोशिश जारी है",
	goneTitle: "यह लिंक कहीं नहीं जाता", goneText: "हो सकता है इसकी अवधि समाप्त हो गई हो या इसका कोई हिस्सा छूट गया हो। जिस दुकान ने दिया है, उससे नया लिंक माँगें।",
}
