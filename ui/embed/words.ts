import { formatAmount } from "../src/lib/amount";
import { type Line, type PublicStatus, titleOf } from "./status";

/** What people read beside what the server says of the status, in one language. */
export interface Words {
  /** Nothing is said of a line that is done. */
  lines: Record<Exclude<Line, "done">, string>;
  test: string;
}

const languages: Record<string, Words> = {
  en: {
    lines: {
      live: "Live",
      polling: "Checked regularly",
      offline: "No connection, trying again",
      gone: "This link is not valid, or no longer",
    },
    test: "Test: no money moves",
  },
  de: {
    lines: {
      live: "Live",
      polling: "Wird regelmäßig geprüft",
      offline: "Keine Verbindung, neuer Versuch folgt",
      gone: "Dieser Link ist nicht oder nicht mehr gültig",
    },
    test: "Test: Es fließt kein Geld",
  },
  fr: {
    lines: {
      live: "En direct",
      polling: "Vérifié régulièrement",
      offline: "Pas de connexion, nouvel essai en cours",
      gone: "Ce lien n’est pas valide ou ne l’est plus",
    },
    test: "Test\u00a0: aucun argent n’est débité",
  },
  es: {
    lines: {
      live: "En directo",
      polling: "Se comprueba con regularidad",
      offline: "Sin conexión, se intenta de nuevo",
      gone: "Este enlace no es válido o ya no lo es",
    },
    test: "Prueba: no se mueve dinero",
  },
  hi: {
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

/** What is said first, below it, and of how news come. Where nothing is known, that a link is no good comes first. */
export function textsOf(
  words: Words,
  status: Pick<PublicStatus, "title" | "note" | "status"> | undefined,
  line: Line | undefined,
): { title: string; note: string; line: string } {
  const below = line && line !== "done" ? words.lines[line] : "";
  if (status) return { title: titleOf(status), note: status.note ?? "", line: below };
  return line === "gone" ? { title: below, note: "", line: "" } : { title: "…", note: "", line: below };
}

/** An amount as it is shown: what was paid of what is due, or what was due if more was paid. */
export function amountOf({ amount, due, currency }: Pick<PublicStatus, "amount" | "due" | "currency">, tag: string) {
  const text = (minor: number) => formatAmount(minor, currency, tag);
  if (!amount) return "";
  if (!due) return text(amount);
  return due > amount ? `${text(amount)} / ${text(due)}` : text(due);
}
