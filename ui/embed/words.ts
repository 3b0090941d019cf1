import type { Line } from "./status";

/** What people read, in one language. */
export interface Words {
  states: Record<string, string>;
  /** Nothing is said of a line that is done. */
  lines: Record<Exclude<Line, "done">, string>;
  test: string;
}

const languages: Record<string, Words> = {
  en: {
    states: {
      waiting: "Waiting for your payment",
      pending: "Payment started",
      action_required: "One more step: please confirm the payment",
      processing: "We are waiting for your bank",
      authorized: "Amount reserved",
      paid: "Payment received",
      partially_refunded: "Partly refunded",
      refunded: "Payment refunded",
      failed: "Payment declined: you have not been charged",
      canceled: "Payment cancelled",
      expired: "Payment expired",
    },
    lines: {
      live: "Live",
      polling: "Checked regularly",
      offline: "No connection, trying again",
      gone: "This link is not valid, or no longer",
    },
    test: "Test: no money moves",
  },
  de: {
    states: {
      waiting: "Wir warten auf Ihre Zahlung",
      pending: "Zahlung begonnen",
      action_required: "Noch ein Schritt: Bitte bestätigen Sie die Zahlung",
      processing: "Wir warten auf Ihre Bank",
      authorized: "Betrag reserviert",
      paid: "Zahlung eingegangen",
      partially_refunded: "Teilweise erstattet",
      refunded: "Zahlung erstattet",
      failed: "Zahlung abgelehnt: Ihr Konto wurde nicht belastet",
      canceled: "Zahlung abgebrochen",
      expired: "Zahlung abgelaufen",
    },
    lines: {
      live: "Live",
      polling: "Wird regelmäßig geprüft",
      offline: "Keine Verbindung, neuer Versuch folgt",
      gone: "Dieser Link ist nicht oder nicht mehr gültig",
    },
    test: "Test: Es fließt kein Geld",
  },
  fr: {
    states: {
      waiting: "Nous attendons votre paiement",
      pending: "Paiement commencé",
      action_required: "Encore une étape : veuillez confirmer le paiement",
      processing: "Nous attendons votre banque",
      authorized: "Montant réservé",
      paid: "Paiement reçu",
      partially_refunded: "Remboursé en partie",
      refunded: "Paiement remboursé",
      failed: "Paiement refusé : vous n’avez pas été débité",
      canceled: "Paiement annulé",
      expired: "Paiement expiré",
    },
    lines: {
      live: "En direct",
      polling: "Vérifié régulièrement",
      offline: "Pas de connexion, nouvel essai en cours",
      gone: "Ce lien n’est pas ou plus valable",
    },
    test: "Test : aucun argent n’est débité",
  },
  es: {
    states: {
      waiting: "Esperamos su pago",
      pending: "Pago iniciado",
      action_required: "Un paso más: confirme el pago",
      processing: "Esperamos a su banco",
      authorized: "Importe reservado",
      paid: "Pago recibido",
      partially_refunded: "Reembolsado en parte",
      refunded: "Pago reembolsado",
      failed: "Pago rechazado: no se le ha cobrado nada",
      canceled: "Pago cancelado",
      expired: "Pago caducado",
    },
    lines: {
      live: "En directo",
      polling: "Se comprueba con regularidad",
      offline: "Sin conexión, se intenta de nuevo",
      gone: "Este enlace no es válido o ya no lo es",
    },
    test: "Prueba: no se mueve dinero",
  },
  hi: {
    states: {
      waiting: "हम आपके भुगतान की प्रतीक्षा कर रहे हैं",
      pending: "भुगतान शुरू हुआ",
      action_required: "एक कदम बाकी: कृपया भुगतान की पुष्टि करें",
      processing: "हम आपके बैंक की प्रतीक्षा कर रहे हैं",
      authorized: "राशि आरक्षित है",
      paid: "भुगतान मिल गया",
      partially_refunded: "कुछ राशि लौटाई गई",
      refunded: "राशि लौटा दी गई",
      failed: "भुगतान अस्वीकृत: आपसे कोई राशि नहीं ली गई",
      canceled: "भुगतान रद्द हुआ",
      expired: "भुगतान का समय समाप्त हो गया",
    },
    lines: {
      live: "लाइव",
      polling: "नियमित जाँच हो रही है",
      offline: "कनेक्शन नहीं है, फिर से कोशिश हो रही है",
      gone: "यह लिंक मान्य नहीं है, या अब नहीं रहा",
    },
    test: "परीक्षण: कोई पैसा नहीं लिया जाता",
  },
};

/** The words of a language tag such as "de-AT"; English where there are none. */
export function wordsOf(tag: string): Words {
  return languages[tag.slice(0, 2).toLowerCase()] ?? (languages["en"] as Words);
}

/** What is said first, and of how news come. Where nothing is known, that a link is no good comes first. */
export function textsOf(
  words: Words,
  state: string | undefined,
  line: Line | undefined,
): { title: string; line: string } {
  const below = line && line !== "done" ? words.lines[line] : "";
  if (state) return { title: stateWords(words, state), line: below };
  return line === "gone" ? { title: below, line: "" } : { title: "…", line: below };
}

/** What is said of a state. One that only an endpoint knows is shown as it is: `in_transit` as "In transit". */
function stateWords({ states }: Words, state: string): string {
  const plain = state.replaceAll("_", " ");
  return Object.hasOwn(states, state) ? (states[state] as string) : plain.charAt(0).toUpperCase() + plain.slice(1);
}
