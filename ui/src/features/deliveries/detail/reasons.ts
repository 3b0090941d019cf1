/** Why a delivery was rejected, for people. */
export interface Reason {
  /** A few words for a heading. */
  title: string;
  /** Completes "It was rejected: …", without a full stop. */
  because: string;
  /** What to do about it, the likeliest first. */
  next: string[];
}

/** By the stable code that a rejected delivery carries. */
const reasons: Record<string, Reason> = {
  secret_mismatch: {
    title: "The secret is not one of this endpoint’s",
    because: "its X-Webhook-Secret is none of this endpoint’s secrets",
    next: [
      "Compare the secret at the sender with the one given to this endpoint. A trailing space or line break counts.",
      "If the sender’s secret was changed, add the new one to the endpoint beside the old one.",
      "If you do not know the caller’s address, shown under Headers, someone may be guessing. Nothing was acted on.",
    ],
  },
  signature_missing: {
    title: "It carried no secret",
    because: "it carried no X-Webhook-Secret, and this endpoint asks for one",
    next: [
      "Have the sender put the secret into the header X-Webhook-Secret.",
      "If the sender cannot send a header, set the endpoint’s check to “Off”: anyone who knows the address can then send.",
    ],
  },
  signature_mismatch: {
    title: "The signature does not match",
    because: "its signature does not match this body and this endpoint’s secrets",
    next: [
      "Compare the secret at the sender with the one given to this endpoint.",
      "If something between the sender and here changes the body, let it pass untouched.",
    ],
  },
  signature_stale: {
    title: "The signature is too old",
    because: "its signature is older or newer than this endpoint allows",
    next: [
      "Check the clocks of the sender and of this server.",
      "If deliveries are held up on the way, allow more time.",
    ],
  },
};

/** The reason behind a code; one that this release does not know is named by its code. */
export function reasonOf(code: string | undefined): Reason {
  const known = code ? reasons[code] : undefined;
  if (known) return known;
  const words = (code ?? "unknown").replaceAll("_", " ");
  return {
    title: `Rejected: ${words}`,
    because: `its check failed (${words})`,
    next: ["Compare the endpoint’s settings with those at the sender."],
  };
}
