import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

/** What the server tells of itself. */
export type Server = components["schemas"]["ServerInfo"];

/**
 * What is kept, what was refused, and what a person should look at. It is asked again after a minute at the earliest.
 */
export const serverQuery = queryOptions({
  queryKey: ["server"] as const,
  queryFn: async ({ signal }) => unwrap(await api.GET("/server", { signal })),
  staleTime: 60_000,
});
