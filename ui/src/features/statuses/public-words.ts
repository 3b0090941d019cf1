import { capital, stateWord } from "../../lib/status-words";
import type { State, SubjectKind } from "../../lib/statuses";

/** What a page says to a customer: what is so, and what that means for them. */
export interface PublicWords {
  headline: string;
  sentence: string;
}

const payment: Record<State, PublicWords> = {
  waiting: {
    headline: "Waiting for your payment",
    sentence: "Nothing has arrived yet. This page moves by itself as soon as it does.",
  },
  pending: { headline: "Payment started", sentence: "Finish it where you began. This page moves by itself." },
  action_required: {
    headline: "Your bank asks you to confirm",
    sentence: "Look at your bank’s app or the page of the payment.",
  },
  processing: { headline: "Waiting for your bank", sentence: "You can leave this page open." },
  authorized: { headline: "Payment approved", sentence: "The amount is reserved, and is taken soon." },
  paid: { headline: "Payment received", sentence: "Thank you. You can close this page." },
  partially_refunded: { headline: "Partly refunded", sentence: "A part of the amount is on its way back to you." },
  refunded: { headline: "Refunded", sentence: "The amount is on its way back to you." },
  failed: {
    headline: "Your bank declined the payment",
    sentence: "You have not been charged. Try another card, or ask your bank why.",
  },
  canceled: { headline: "Payment cancelled", sentence: "You have not been charged." },
  expired: { headline: "Payment expired", sentence: "You have not been charged. Start again if you still want it." },
};

/** What a customer is told. */
export function publicWords(kind: SubjectKind, state: State): PublicWords {
  const known = kind === "payment" || state === "waiting" ? payment[state] : undefined;
  return known ?? { headline: capital(stateWord(state)), sentence: "This page moves by itself." };
}

const steps: Record<State, string> = {
  pending: "Started",
  action_required: "Your turn",
  processing: "With your bank",
  authorized: "Approved",
};

/** What one step is called. */
export const stepWord = (state: State) => steps[state] ?? capital(stateWord(state));
