// The texts for the reasons of rejected deliveries, from the generated ones.

import { reasonTexts } from "../../../entities/delivery/reason-texts.gen";

/** The texts for the reason of a rejected delivery. */
export interface ReasonText {
  /** A few words for a heading. */
  title: string;
  /** Completes "It was rejected: …", without a full stop. */
  because: string;
  /** What to do about it, the likeliest first. */
  next: readonly string[];
}

/** Returns the texts for a reason. An unknown one, of a newer server, is described by its code. */
export function reasonOf(code = "unknown"): ReasonText {
  if (Object.hasOwn(reasonTexts, code)) {
    const { title = "", explanation = "", nextSteps = [] } = reasonTexts[code] ?? {};
    return { title, because: lowerFirst(explanation.replace(/\.$/, "")), next: nextSteps };
  }
  const words = code.replaceAll("_", " ");
  return {
    title: `Rejected: ${words}`,
    because: `its check failed (${words})`,
    next: ["Compare the endpoint’s settings with those at the sender."],
  };
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
