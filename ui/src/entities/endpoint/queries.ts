import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";

/** Names of what the query cache keeps of endpoints. Screens of every feature name endpoints, so they live here. */
export const endpointKeys = { all: ["endpoints"] as const };

/** All endpoints, by name. Notices of the live connection make it stale. */
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

/** Names endpoints by id; "" until they are known. */
export function useEndpointNames(): (id: string) => string {
  const { data } = useEndpoints();
  const names = new Map(data?.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? (data ? "deleted" : "");
}

/** Has the server send itself a sample, through the same door as any other delivery; without a type the usual one. */
export const useSendSample = () =>
  useMutation({
    mutationFn: async ({ id, type }: { id: string; type?: string }) =>
      unwrap(await api.POST("/endpoints/{id}/sample", { params: { path: { id } }, body: type ? { type } : {} })),
  });

/** Counts the endpoint's rejected deliveries that verify with the secrets that it has now, or releases them. */
export const useReverify = (id: string) =>
  useMutation({
    mutationFn: async (release: boolean) =>
      unwrap(await api.POST("/endpoints/{id}/reverify", { params: { path: { id } }, body: { release } })),
  });
