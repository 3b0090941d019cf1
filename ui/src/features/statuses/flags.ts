// The notes on a status, such as a dispute or a late payment.

import type { Status } from "../../entities/status/status";
import { stateWord } from "../../entities/status/status-labels";

/** A note on a status beside its state. */
export interface Flag {
  tone: "bad" | "wait" | "note" | "off";
  /** One or two words, for a row. */
  word: string;
  /** A sentence, for the header. */
  sentence: string;
}

const disputes: Record<NonNullable<Status["dispute"]>, Flag> = {
  open: {
    tone: "bad",
    word: "disputed",
    sentence: "The customer disputes it with their bank. Answer at the provider before its time is over.",
  },
  won: { tone: "off", word: "dispute won", sentence: "It was disputed, and the dispute was won: the money stays." },
  lost: {
    tone: "bad",
    word: "dispute lost",
    sentence: "It was disputed, and the dispute was lost: the money is gone.",
  },
};

/** The notes on a status, the most serious first. */
export function flagsOf({ dispute, needs_review, late, unverified, mode, fulfilment }: Status): Flag[] {
  const flags: (Flag | false | undefined)[] = [
    dispute && disputes[dispute],
    needs_review && {
      tone: "wait",
      word: "needs review",
      sentence: "It went a way that such things do not go. Look at its timeline, and at the provider.",
    },
    late && {
      tone: "wait",
      word: "late",
      sentence: "It was paid after it had looked over. Is the order still to be sent, or is the money to go back?",
    },
    unverified && {
      tone: "wait",
      word: "unverified",
      sentence: "Nothing was checked of the deliveries that tell of it. Customers do not see it.",
    },
    mode === "test" && { tone: "note", word: "test", sentence: "It is of the provider’s test mode: no money moved." },
    !!fulfilment && {
      tone: "off",
      word: stateWord(fulfilment),
      sentence: `Of what was ordered: ${stateWord(fulfilment)}.`,
    },
  ];
  return flags.filter((flag) => !!flag);
}
