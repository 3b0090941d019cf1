// What the query cache holds about the server itself: storage, refusals and warnings.

import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

/** The state of the server, for the settings screen. */
export type Server = components["schemas"]["ServerInfo"];

/**
 * What is stored, what was refused, and warnings. It is fetched at most once a minute.
 */
export const serverQuery = queryOptions({
  queryKey: ["server"] as const,
  queryFn: async ({ signal }) => unwrap(await api.GET("/server", { signal })),
  staleTime: 60_000,
});
