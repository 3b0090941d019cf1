// The texts for requests that were refused at an endpoint's address.

/** Why requests were refused, and what to do about it. */
export interface RefusalWords {
  why: string;
  next: string;
}

const busy = {
  why: "The memory for request bodies was in use.",
  next: "The sender should try again. If it happens often, raise --max-in-flight.",
};

const words: Record<string, RefusalWords> = {
  address_busy: busy,
  body_incomplete: {
    why: "The body ended early or arrived too slowly.",
    next: "Senders usually try again. Check the time limits of a proxy in front of the server.",
  },
  body_too_large: {
    why: "The body is larger than this endpoint accepts.",
    next: "Raise “Largest body” under “Advanced”, then send the event again.",
  },
  busy,
  cannot_store: {
    why: "The delivery could not be stored.",
    next: "Check the free space and the server’s log. The sender should try again.",
  },
  database_gone: {
    why: "The database file was removed or replaced.",
    next: "Restart the server with the right data folder.",
  },
  endpoint_not_confirmed: {
    why: "The request came from outside of the local network, and the endpoint is not confirmed.",
    next: "Confirm the endpoint at the top of this page.",
  },
  rate_address: {
    why: "One IP address sent more requests than --rate-address allows.",
    next: "Raise --rate-address if this sender is yours. It should try again after the time in Retry-After.",
  },
  rate_endpoint: {
    why: "This endpoint got more requests than --rate-endpoint allows.",
    next: "Raise --rate-endpoint if the sender is yours. It should try again after the time in Retry-After.",
  },
  too_many_at_once: {
    why: "One IP address had too many requests in progress.",
    next: "Have the sender send fewer requests at once.",
  },
};

/** The texts for a code. A later server may send one that this release has no words for. */
export const wordsOf = (code: string): RefusalWords =>
  words[code] ?? {
    why: `The server answered ${code}.`,
    next: "The answer told the sender what to do. Look for it in the sender’s own log.",
  };
