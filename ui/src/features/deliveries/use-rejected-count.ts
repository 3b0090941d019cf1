import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Filter, matches } from "../../entities/delivery/filter";
import { api, unwrap } from "../../lib/api";
import { formatCount } from "../../lib/format";
import { live } from "../../lib/live/live";

/** Further one does not count: the page that is read for it would grow. */
const limit = 100;

const key = (filter: Filter) => ["deliveries", "ids", filter] as const;

/** How many rejected deliveries are kept, of one endpoint or of all: `3`, or `99+`. Undefined where there are none. */
export function useRejectedCount(endpoint: string | undefined): string | undefined {
  const client = useQueryClient();
  const filter: Filter = { verdict: "rejected", ...(endpoint !== undefined && { endpoint }) };
  const { data: ids = [] } = useQuery({
    queryKey: key(filter),
    queryFn: async ({ signal }) => {
      const query = { ...filter, limit };
      return unwrap(await api.GET("/deliveries", { params: { query }, signal })).deliveries.map(({ id }) => id);
    },
    staleTime: 60_000,
  });
  useEffect(
    function countWhatArrives() {
      const counted: Filter = { verdict: "rejected", ...(endpoint !== undefined && { endpoint }) };
      const queryKey = key(counted);
      return live.follow({
        updates(updates) {
          const arrived = updates.flatMap((update) =>
            update.kind === "delivery" && matches(counted, update.delivery) ? [update.delivery.id] : [],
          );
          if (arrived.length === 0) return;
          // A page that is on its way may have been read before these came.
          if (client.isFetching({ queryKey }) > 0) void client.invalidateQueries({ queryKey });
          else client.setQueryData<string[]>(queryKey, (known) => known && add(known, arrived));
        },
      });
    },
    [client, endpoint],
  );
  if (ids.length === 0) return undefined;
  return ids.length < limit ? formatCount(ids.length) : `${limit - 1}+`;
}

function add(known: string[], arrived: string[]): string[] {
  return known.length >= limit ? known : [...new Set([...known, ...arrived])].slice(0, limit);
}
