import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

/** A sender that Hookbeam knows, with what people need to set it up. */
export type Provider = components["schemas"]["Provider"];

/** All providers, in the order of offering them. They change only with a release. */
export const providersQuery = queryOptions({
  queryKey: ["providers"] as const,
  queryFn: async ({ signal }) => unwrap(await api.GET("/providers", { signal })).providers,
  staleTime: Number.POSITIVE_INFINITY,
});

/** All providers. */
export const useProviders = () => useQuery(providersQuery);

/**
 * What the server says of a pasted secret. An error forbids it, a warning does not; both are empty where all is well.
 */
export async function checkSecret(id: string, value: string): Promise<{ error: string; warning: string }> {
  return unwrap(await api.POST("/providers/{id}/check-secret", { params: { path: { id } }, body: { value } }));
}
