// Whether a status passes the filter of the list.

import type { Status, StatusFilter } from "../../entities/status/status";

/** The value of the review filter that selects every status that needs review. */
export const anyReview = "any";

/**
 * Whether a list with this filter has a row of the status. A payment that an order lists has none, except in a search:
 * it is shown with its order. Only the server can search for words, so they are ignored here.
 */
export function matches({ kind, endpoint, state, mode, review, q }: StatusFilter, status: Status): boolean {
  return (
    (status.parent === undefined || q !== undefined) &&
    (kind === undefined || kind === status.kind) &&
    (endpoint === undefined || endpoint === status.endpoint) &&
    (state === undefined || state === status.state) &&
    (mode === undefined || mode === (status.mode ?? "live")) &&
    (review === undefined || isFor(review, status))
  );
}

/** Whether a status needs review for this reason. */
function isFor(reason: string, { needs_review = false, review }: Status): boolean {
  return needs_review && (reason === anyReview || (review ?? []).includes(reason));
}
