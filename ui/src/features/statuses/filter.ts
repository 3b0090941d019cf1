// Whether a status passes the filter of the list.

import type { Status, StatusFilter } from "../../entities/status/status";

/** Whether a filter lets a status through. Only the server can search for words, so they are ignored here. */
export function matches({ kind, endpoint, state, mode }: StatusFilter, status: Status): boolean {
  return (
    (kind === undefined || kind === status.kind) &&
    (endpoint === undefined || endpoint === status.endpoint) &&
    (state === undefined || state === status.state) &&
    (mode === undefined || mode === (status.mode ?? "live"))
  );
}
