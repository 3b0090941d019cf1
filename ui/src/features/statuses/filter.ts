import type { Status, StatusFilter } from "../../entities/status/status";

/** Whether a filter lets a status through, as far as that can be seen here: words are the server's to look for. */
export function matches({ kind, endpoint, state, mode }: StatusFilter, status: Status): boolean {
  return (
    (kind === undefined || kind === status.kind) &&
    (endpoint === undefined || endpoint === status.endpoint) &&
    (state === undefined || state === status.state) &&
    (mode === undefined || mode === (status.mode ?? "live"))
  );
}
