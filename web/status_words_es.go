package web

import "hookbeam/server/hook"

// spanish addresses the payer as "usted", which the verbs show: "Puede cerrar esta página".
var spanish = translation{
	states: map[hook.State]stateText{
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

	order:    "Pedido {n}",
	back:     "Volver a {name}",
	home:     "Volver a la tienda",
	test:     "Pago de prueba: no se mueve dinero",
	refunded: "{amount} devueltos",

	refreshes: "Esta página se actualiza sola.",
	refresh:   "Actualizar ahora",

	usually: "Suele confirmarse en {half}; 9 de cada 10 veces en {most}.",
	slow: "Está tardando más de lo habitual. Puede cerrar esta página: " +
		"mostrará el resultado cuando vuelva.",

	seconds: "{n} segundos",
	minutes: "{n} minutos",
	hours:   "{n} horas",
	days:    "{n} días",

	live:    "En directo",
	polling: "Se comprueba cada pocos segundos",
	offline: "Sin conexión: se intenta de nuevo",

	goneTitle: "Este enlace no lleva a ninguna parte",
	goneText:  "Quizá haya caducado o le falte una parte. Pida uno nuevo a la tienda que se lo dio.",
}
