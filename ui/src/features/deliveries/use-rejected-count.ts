// The number on the tab of rejected deliveries.

import { useQuery } from "@tanstack/react-query";
import { mostRejected, rejectedQuery } from "../../entities/delivery/queries";
import { formatCount } from "../../lib/format";

/** The number of rejected deliveries of one endpoint or of all: `3`, or `99+`. Undefined if there are none. */
export function useRejectedCount(endpoint: string | undefined): string | undefined {
  const { data: ids = [] } = useQuery(rejectedQuery(endpoint ?? ""));
  if (ids.length === 0) return undefined;
  return ids.length < mostRejected ? formatCount(ids.length) : `${mostRejected - 1}+`;
}
