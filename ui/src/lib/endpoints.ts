import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./api";

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

/** Has the server send itself a sample, through the same door as any other delivery. */
export const useSendSample = () =>
  useMutation({
    mutationFn: async (id: string) => unwrap(await api.POST("/endpoints/{id}/sample", { params: { path: { id } } })),
  });
