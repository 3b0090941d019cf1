package web

import "hookbeam/server/hook"

// french addresses the payer as "vous". Apostrophes are typographic, as in "l’affichera".
var french = translation{
	states: map[hook.State]stateText{
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

	order:    "Commande {n}",
	back:     "Retour à {name}",
	home:     "Retour à la boutique",
	test:     "Paiement de test : aucun argent n’est débité",
	refunded: "{amount} remboursés",

	refreshes: "Cette page s’actualise d’elle-même.",
	refresh:   "Actualiser",

	usually: "En général confirmé en {half} ; 9 fois sur 10 en {most}.",
	slow: "C’est plus long que d’habitude. Vous pouvez fermer cette page : " +
		"elle affichera le résultat à votre retour.",

	seconds: "{n} secondes",
	minutes: "{n} minutes",
	hours:   "{n} heures",
	days:    "{n} jours",

	live:    "En direct",
	polling: "Vérifié toutes les quelques secondes",
	offline: "Pas de connexion : nouvel essai en cours",

	goneTitle: "Ce lien ne mène nulle part",
	goneText: "Il a peut-être expiré, ou une partie manque. " +
		"Demandez-en un nouveau à la boutique qui vous l’a donné.",
}
