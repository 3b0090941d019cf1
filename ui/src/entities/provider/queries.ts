// What the query cache holds about providers, and the check of a pasted secret.

import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

/** A supported sender, with the instructions to set it up. */
export type Provider = components["schemas"]["Provider"];

/** All providers, in the order in which they are offered. They change only with a release. */
export const providersQuery = queryOptions({
  queryKey: ["providers"] as const,
  queryFn: async ({ signal }) => unwrap(await api.GET("/providers", { signal })).providers,
  staleTime: Number.POSITIVE_INFINITY,
});

/** All providers. */
export const useProviders = () => useQuery(providersQuery);

/** A sender that a request may be from, and why. */
export type Candidate = components["schemas"]["Candidate"];

/**
 * The senders that a request may be from, most likely first. Nothing of the request is kept longer than it is shown.
 */
export const identifyQuery = (text: string) =>
  queryOptions({
    queryKey: ["identify", text] as const,
    queryFn: async ({ signal }) => {
      const { candidates } = unwrap(await api.POST("/providers/identify", { body: { text }, signal }));
      return candidates;
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    enabled: text !== "",
  });

/**
 * The provider with an id. An id of an older release stands for another provider, with some other defaults of its
 * settings.
 */
export function providerOf(providers: readonly Provider[] | undefined, id: string): Provider | undefined {
  for (const provider of providers ?? []) {
    if (provider.id === id) return provider;
    const old = provider.replaces?.find((other) => other.id === id);
    if (!old) continue;
    const settings = provider.settings.map((s) => {
      const usual = old.settings[s.name];
      return usual === undefined ? s : { ...s, default: usual };
    });
    return { ...provider, settings, sample_types: old.sample_types };
  }
  return undefined;
}

/** What the server says about a secret: with an error it cannot be saved, with doubts it can. */
export type SecretOpinion = Pick<components["schemas"]["SecretCheck"], "error" | "doubts">;

/** Has the server check a pasted secret. The endpoint's settings may say how it is encoded. */
export async function checkSecret(id: string, value: string, settings: Record<string, string>): Promise<SecretOpinion> {
  return unwrap(
    await api.POST("/providers/{id}/check-secret", { params: { path: { id } }, body: { value, settings } }),
  );
}
