// What the query cache holds about requests that an endpoint refused.

import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

/** A request of which nothing was stored. */
export type Refusal = components["schemas"]["Refusal"];

/** The newest requests that were refused at an endpoint's address. Nothing announces them, so they are polled. */
export const refusalsQuery = (endpoint: string) =>
  queryOptions({
    queryKey: ["refusals", endpoint] as const,
    queryFn: async ({ signal }) => unwrap(await api.GET("/refusals", { params: { query: { endpoint } }, signal })),
    refetchInterval: 15_000,
  });
