// The mutations of an endpoint’s status rules and of its link keys.

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { endpointKeys } from "../../entities/endpoint/queries";
import type { Mapping, StatusRulesChange } from "../../entities/status/status-rules";
import { api, unwrap } from "../../lib/api";
import { toast } from "../../ui/toast";

const linkKeyKeys = (id: string) => ["endpoints", "link keys", id] as const;

/** Changes an endpoint's rules for statuses, and shows a toast. Rules that are left out stay. */
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

/** Tries a mapping on the endpoint's past deliveries. Without one, the server guesses a mapping. */
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

/** Creates a key; the older ones expire after `overlap`. */
export function useMakeLinkKey(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (overlap: string) =>
      unwrap(await api.POST("/endpoints/{id}/link-keys", { params: { path: { id } }, body: { overlap } })),
    onSuccess: () => client.invalidateQueries({ queryKey: linkKeyKeys(id) }),
  });
}

/** Deletes a key: its links are invalid at once. */
export function useDeleteLinkKey(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) =>
      unwrap(await api.DELETE("/endpoints/{id}/link-keys/{key}", { params: { path: { id, key } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: linkKeyKeys(id) }),
  });
}
