// The mutations of endpoints: create, update, and delete with undo.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { endpointKeys } from "../../entities/endpoint/queries";
import { api, type Endpoint, type EndpointPatch, type NewEndpoint, unwrap } from "../../lib/api";
import { dismiss, toast } from "../../ui/toast";

/** How long a deletion can be undone. */
const undoMs = 10_000;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Has every screen ask again which endpoints there are. */
function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: endpointKeys.all });
}

/** Creates an endpoint. */
export function useCreateEndpoint() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (body: NewEndpoint) => unwrap(await api.POST("/endpoints", { body })),
    onSuccess: refresh,
  });
}

/** Changes an endpoint. Fields that are left out keep their values. */
export function useUpdateEndpoint(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (body: EndpointPatch) =>
      unwrap(await api.PATCH("/endpoints/{id}", { params: { path: { id } }, body })),
    onSuccess: refresh,
  });
}

/** Has an endpoint wait for the secret that its sender brings. */
export function useAwaitSecret(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async () => unwrap(await api.POST("/endpoints/{id}/await-secret", { params: { path: { id } } })),
    onSuccess: refresh,
  });
}

/** Deletes an endpoint, and offers to undo it for ten seconds. */
export function useDeleteEndpoint() {
  const refresh = useRefresh();
  const undo = async ({ id, name }: Endpoint) => {
    try {
      unwrap(await api.POST("/endpoints/{id}/restore", { params: { path: { id } } }));
      toast({ title: `${name} is back` });
    } catch (error) {
      toast({ title: `Could not bring ${name} back`, text: messageOf(error), tone: "bad" });
    }
    await refresh();
  };
  return useMutation({
    mutationFn: async ({ id }: Endpoint) => unwrap(await api.DELETE("/endpoints/{id}", { params: { path: { id } } })),
    onSuccess: async (_, endpoint) => {
      const shown = toast({
        title: `Deleted ${endpoint.name}`,
        text: "Its address answers 404 now. What it received is kept.",
        stayMs: undoMs,
        action: {
          label: "Undo",
          onAct: () => {
            dismiss(shown);
            void undo(endpoint);
          },
        },
      });
      await refresh();
    },
    onError: (error, { name }) => toast({ title: `Could not delete ${name}`, text: messageOf(error), tone: "bad" }),
  });
}
