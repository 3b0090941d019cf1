import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { endpointKeys } from "../../entities/endpoint/queries";
import type { Mapping, StatusRulesChange } from "../../entities/status/status-rules";
import { api, unwrap } from "../../lib/api";
import { toast } from "../../ui/toast";

const linkKeyKeys = (id: string) => ["endpoints", "link keys", id] as const;

/** Changes an endpoint's rules for statuses, and says so; what is left out stays. */
export function useUpdateRules(id: string, title: (change: StatusRulesChange) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (statuses: StatusRulesChange) =>
      unwrap(await api.PATCH("/endpoints/{id}", { params: { path: { id } }, body: { statuses } })),
    onSuccess: (_, change) => {
      toast({ title: title(change) }); // here, for the form that asked is made anew by what it saved
      return client.invalidateQueries({ queryKey: endpointKeys.all });
    },
  });
}

/** Looks what a mapping, or without one a guess, would have made of the endpoint's past deliveries. */
export const useTryMapping = (id: string) =>
  useMutation({
    mutationFn: async (mapping: Mapping | null) =>
      unwrap(await api.POST("/endpoints/{id}/mapping/test", { params: { path: { id } }, body: { mapping } })),
  });

/** The keys that sign an endpoint's status links, newest first. */
export const linkKeysQuery = (id: string) =>
  queryOptions({
    queryKey: linkKeyKeys(id),
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/endpoints/{id}/link-keys", { params: { path: { id } }, signal })).link_keys,
  });

/** Makes a new key; the older ones end after `overlap`. */
export function useMakeLinkKey(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (overlap: string) =>
      unwrap(await api.POST("/endpoints/{id}/link-keys", { params: { path: { id } }, body: { overlap } })),
    onSuccess: () => client.invalidateQueries({ queryKey: linkKeyKeys(id) }),
  });
}

/** Takes a key away: its links end at once. */
export function useDeleteLinkKey(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) =>
      unwrap(await api.DELETE("/endpoints/{id}/link-keys/{key}", { params: { path: { id, key } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: linkKeyKeys(id) }),
  });
}
