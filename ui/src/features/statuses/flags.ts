// The notes on a status, such as a dispute or a late payment.

import type { Status } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";

/** A note on a status beside its state. */
export interface Flag {
  tone: "bad" | "wait" | "note" | "off";
  /** One or two words, for a row. */
  word: string;
  /** A sentence, for the header. */
  sentence: string;
}

/** What is said of a dispute in each of its states. A lost one is no refund: the provider took the money back. */
const disputes: Record<NonNullable<Status["dispute"]>, Flag> = {
  open: {
    tone: "bad",
    word: "disputed",
    sentence: "The customer disputes this payment. Respond at the provider before the deadline.",
  },
  won: { tone: "off", word: "dispute won", sentence: "The dispute was won. You keep the money." },
  lost: { tone: "bad", word: "dispute lost", sentence: "The dispute was lost. The money went back to the customer." },
};

/** The notes on a status, the most serious first. What needs review has notes of its own: see review.ts. */
export function flagsOf({ dispute, late, unverified, mode, fulfilment }: Status): Flag[] {
  const flags: (Flag | false | undefined)[] = [
    dispute && disputes[dispute],
    late && {
      tone: "wait",
      word: "late",
      sentence: "It was paid after it had ended. Check whether the order still ships, or refund it.",
    },
    unverified && {
      tone: "wait",
      word: "unverified",
      sentence: "Its deliveries were not verified, so customers do not see it.",
    },
    mode === "test" && { tone: "note", word: "test", sentence: "Test mode: no money was moved." },
    !!fulfilment && {
      tone: "off",
      word: stateWord(fulfilment),
      sentence: `${capital(stateWord(fulfilment))} at the shop.`,
    },
  ];
  return flags.filter((flag) => !!flag);
}

const takenOver: Flag = {
  tone: "off",
  word: "taken over",
  sentence: "Some of it was taken over from before the upgrade: those deliveries are no longer kept.",
};

/** The notes in the header of a status. In a row it does not matter where its history comes from. */
export function headerFlagsOf(status: Status): Flag[] {
  return status.inherited ? [...flagsOf(status), takenOver] : flagsOf(status);
}
