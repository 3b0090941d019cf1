// What the query cache holds about API tokens, and the mutations of them.

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";

export type Token = components["schemas"]["Token"];
export type NewToken = components["schemas"]["CreateTokenRequest"];

const tokenKeys = { all: ["tokens"] as const };

/** All API tokens that were not revoked, oldest first. */
export const tokensQuery = queryOptions({
  queryKey: tokenKeys.all,
  queryFn: async ({ signal }) => unwrap(await api.GET("/tokens", { signal })).tokens ?? [],
});

/** Creates a token. Its answer is the only one that has the token itself. */
export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: NewToken) => unwrap(await api.POST("/tokens", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.all }),
  });
}

/** Revokes a token, which also closes what it has open. */
export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => unwrap(await api.DELETE("/tokens/{id}", { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: tokenKeys.all }),
  });
}
