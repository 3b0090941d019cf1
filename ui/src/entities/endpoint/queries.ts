// What the query cache holds about endpoints, and the mutations that several screens use.

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";

/** The keys of everything about endpoints in the query cache. */
export const endpointKeys = { all: ["endpoints"] as const };

/** All endpoints, by name. The live cache invalidates them when one changes. */
export const endpointsQuery = queryOptions({
  queryKey: endpointKeys.all,
  queryFn: async ({ signal }) => {
    const { endpoints } = unwrap(await api.GET("/endpoints", { signal }));
    return [...(endpoints ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  },
  staleTime: 60_000,
});

/** All endpoints, by name. */
export const useEndpoints = () => useQuery(endpointsQuery);

/** Returns a function from an endpoint's id to its name; "" while endpoints are loading. */
export function useEndpointNames(): (id: string) => string {
  const { data } = useEndpoints();
  const names = new Map(data?.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? (data ? "deleted" : "");
}

/** Sends a sample delivery to an endpoint. Without a type, the server chooses the most common one. */
export const useSendSample = () =>
  useMutation({
    mutationFn: async ({ id, type }: { id: string; type?: string }) =>
      unwrap(await api.POST("/endpoints/{id}/sample", { params: { path: { id } }, body: type ? { type } : {} })),
  });

/** Counts the endpoint's rejected deliveries that verify with its current secrets, or releases them. */
export function useReverify(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (release: boolean) =>
      unwrap(await api.POST("/endpoints/{id}/reverify", { params: { path: { id } }, body: { release } })),
    onSuccess: () => client.invalidateQueries({ queryKey: endpointKeys.all }), // each says how many would verify
  });
}
