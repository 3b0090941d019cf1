// English texts of the status page, for its preview, until the preview shows the server's answer.

import type { State } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";

/** The texts of the status page for one state, in English. */
export interface PublicWords {
  sentence: string;
  detail: string;
  step: string;
}

const known: Record<State, [sentence: string, detail: string, step: string]> = {
  waiting: ["Waiting for your payment", "This page shows it as soon as we hear of it.", "Waiting"],
  pending: ["Payment started", "You can leave this page open.", "Started"],
  action_required: [
    "Please confirm the payment",
    "Your bank wants you to confirm it, in its app or on its page.",
    "Confirm",
  ],
  processing: ["We are waiting for your bank", "You can leave this page open.", "With your bank"],
  authorized: ["The amount is reserved", "It is collected when the shop completes your order.", "Reserved"],
  paid: ["Payment received", "Thank you. You can close this page.", "Paid"],
  partially_refunded: [
    "Part of your payment was refunded",
    "It reaches your account within a few days.",
    "Partly refunded",
  ],
  refunded: ["Your payment was refunded", "It reaches your account within a few days.", "Refunded"],
  failed: [
    "Your bank declined the payment",
    "You have not been charged. Try another way to pay, or ask your bank why.",
    "Declined",
  ],
  canceled: ["The payment was cancelled", "You have not been charged.", "Cancelled"],
  expired: ["The payment has expired", "It was not completed in time. You have not been charged.", "Expired"],
};

/** The texts for a state. A state that only an endpoint defines is shown by its name. */
export function publicWords(state: State): PublicWords {
  const name = capital(stateWord(state));
  const [sentence, detail, step] = known[state] ?? [name, "", name];
  return { sentence, detail, step };
}
