import { useQuery } from "@tanstack/react-query";
import { mostRejected, rejectedQuery } from "../../entities/delivery/queries";
import { formatCount } from "../../lib/format";

/** How many rejected deliveries are kept, of one endpoint or of all: `3`, or `99+`. Undefined where there are none. */
export function useRejectedCount(endpoint: string | undefined): string | undefined {
  const { data: ids = [] } = useQuery(rejectedQuery(endpoint ?? ""));
  if (ids.length === 0) return undefined;
  return ids.length < mostRejected ? formatCount(ids.length) : `${mostRejected - 1}+`;
}
