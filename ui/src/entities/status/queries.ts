// What the query cache holds about statuses: keys, counts, and one status with its timeline.

import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { StatusCounts, StatusFilter, SubjectKind } from "./status";

/** The filter of the counts. */
export type CountFilter = Pick<StatusFilter, "kind" | "endpoint" | "mode">;

/** The keys of everything about statuses in the query cache. */
export const statusKeys = {
  counts: ["statuses", "counts"] as const,
  kinds: ["statuses", "kinds"] as const,
  one: (id: string) => ["statuses", "one", id] as const,
  ones: ["statuses", "one"] as const,
};

async function countsOf(query: CountFilter, signal: AbortSignal): Promise<StatusCounts> {
  return unwrap(await api.GET("/statuses/counts", { params: { query }, signal }));
}

/** The number of statuses in each state, and of those that need review. */
export const countsQuery = (filter: CountFilter) =>
  queryOptions({
    queryKey: [...statusKeys.counts, filter],
    queryFn: ({ signal }) => countsOf(filter, signal),
  });

const kinds: readonly SubjectKind[] = ["payment", "order", "run", "deployment", "own"];

/** The kinds of which at least one status exists. */
export const kindsQuery = queryOptions({
  queryKey: statusKeys.kinds,
  queryFn: async ({ signal }) => {
    const counts = await Promise.all(kinds.map((kind) => countsOf({ kind }, signal)));
    return kinds.filter((_, i) => Object.values(counts[i]?.counts ?? {}).some((n) => n > 0));
  },
  staleTime: 60_000,
});

/** One status with its timeline and members. Any of its ids finds it, also those of statuses merged into it. */
export const statusQuery = (id: string) =>
  queryOptions({
    queryKey: statusKeys.one(id),
    queryFn: async ({ signal }) => unwrap(await api.GET("/statuses/{id}", { params: { path: { id } }, signal })),
  });
