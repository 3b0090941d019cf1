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
    because: "the secret that it carries is none of this endpoint’s",
    next: [
      "Compare the secret at the sender with the one given to this endpoint. A trailing space or line break counts.",
      "If the sender’s secret was changed, add the new one to the endpoint beside the old one.",
      "If you do not know the caller’s address, shown under Headers, someone may be guessing. Nothing was acted on.",
    ],
  },
  secret_missing: {
    title: "The endpoint has no secret to check with",
    because: "this endpoint enforces a check and has no secret to check with",
    next: [
      "Add the secret that the sender shows to the endpoint, and verify this delivery again.",
      "If the sender cannot sign, set the endpoint’s check to “Off”: anyone who knows the address can then send.",
    ],
  },
  endpoint_not_confirmed: {
    title: "The endpoint is not open to the internet",
    because: "it came from the internet, and nobody has confirmed this endpoint yet",
    next: ["If you expect deliveries from the internet, open the endpoint and confirm it."],
  },
  signature_missing: {
    title: "It carried no signature",
    because: "it carried no signature or secret, and this endpoint asks for one",
    next: [
      "Set the secret at the sender: without one, many sign nothing.",
      "If the sender cannot sign, set the endpoint’s check to “Off”: anyone who knows the address can then send.",
    ],
  },
  signature_malformed: {
    title: "The signature cannot be read",
    because: "its signature is not written as this endpoint’s sender writes it",
    next: ["Check that the endpoint is set to the right sender, and that nothing between changes headers."],
  },
  key_missing: {
    title: "The endpoint has no key that fits",
    because: "this endpoint has no key of the kind that it is signed with",
    next: ["Add the key that the sender shows, in the form that it shows."],
  },
  timestamp_missing: {
    title: "The time of signing is missing",
    because: "the time that is part of its signature did not come with it",
    next: ["Check that nothing between removes headers."],
  },
  timestamp_malformed: {
    title: "The time of signing cannot be read",
    because: "the time that is part of its signature cannot be read",
    next: ["Check that the endpoint is set to the right sender."],
  },
  signature_mismatch: {
    title: "The signature does not match",
    because: "its signature does not match this body and this endpoint’s secrets",
    next: [
      "Compare the secret at the sender with the one given to this endpoint.",
      "If something between the sender and here changes the body, let it pass untouched.",
    ],
  },
  timestamp_too_old: {
    title: "The signature is too old",
    because: "it was signed longer ago than this endpoint allows",
    next: [
      "Check the clocks of the sender and of this server.",
      "If deliveries are held up on the way, allow more time.",
    ],
  },
  timestamp_in_future: {
    title: "It was signed in the future",
    because: "its time of signing lies in the future",
    next: ["Check the clocks of the sender and of this server."],
  },
  address_not_allowed: {
    title: "Its sender’s address is not allowed",
    because: "it came from an address that this endpoint does not take from",
    next: ["If it is the sender’s, add the address to the endpoint’s list, or name the proxy between as trusted."],
  },
  certificate_unavailable: {
    title: "The sender’s certificate could not be had",
    because: "the certificate that it is signed with could not be fetched, and its sender was asked to come back",
    next: ["Let this server reach the sender, or add the certificate to the endpoint, and verify again."],
  },
  certificate_untrusted: {
    title: "It is signed with a certificate that is not its sender’s",
    because: "the certificate that it names is not its sender’s",
    next: ["If it comes from the sender, check this server’s clock and root certificates."],
  },
  handshake_refused: {
    title: "It asked for a confirmation that was refused",
    because: "it asked for a confirmation that the endpoint’s settings do not allow",
    next: ["Put what it asks for into the endpoint’s settings: the topic, the token, the origin or the public key."],
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
