import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { StatusFilter, SubjectKind } from "./status";

/** What narrows the counts. */
export type CountFilter = Pick<StatusFilter, "kind" | "endpoint" | "mode">;

/** Names of what the query cache keeps of statuses. */
export const statusKeys = {
  counts: ["statuses", "counts"] as const,
  kinds: ["statuses", "kinds"] as const,
  one: (id: string) => ["statuses", "one", id] as const,
  ones: ["statuses", "one"] as const,
};

async function countsOf(query: CountFilter, signal: AbortSignal): Promise<Record<string, number>> {
  return unwrap(await api.GET("/statuses/counts", { params: { query }, signal })).counts;
}

/** How many stand where. */
export const countsQuery = (filter: CountFilter) =>
  queryOptions({
    queryKey: [...statusKeys.counts, filter],
    queryFn: ({ signal }) => countsOf(filter, signal),
  });

const kinds: readonly SubjectKind[] = ["payment", "order", "run", "deployment", "own"];

/** The kinds of which there are any. */
export const kindsQuery = queryOptions({
  queryKey: statusKeys.kinds,
  queryFn: async ({ signal }) => {
    const counts = await Promise.all(kinds.map((kind) => countsOf({ kind }, signal)));
    return kinds.filter((_, i) => Object.values(counts[i] ?? {}).some((n) => n > 0));
  },
  staleTime: 60_000,
});

/** One status with how it came there. Any of its ids finds it. */
export const statusQuery = (id: string) =>
  queryOptions({
    queryKey: statusKeys.one(id),
    queryFn: async ({ signal }) => unwrap(await api.GET("/statuses/{id}", { params: { path: { id } }, signal })),
  });
