import { reasonTexts } from "../../../entities/delivery/reason-texts.gen";

/** Why a delivery was rejected, for people. */
export interface ReasonText {
  /** A few words for a heading. */
  title: string;
  /** Completes "It was rejected: …", without a full stop. */
  because: string;
  /** What to do about it, the likeliest first. */
  next: readonly string[];
}

/** Explains the code of a rejected delivery; one that this release does not know is named by its code. */
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
