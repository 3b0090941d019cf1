// The mutation that opens the endpoint of the first start to the internet.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Endpoint, unwrap } from "../../lib/api";
import { endpointKeys } from "./queries";

/**
 * Confirms the endpoint that the first start created, so that anyone can send to it. The update is optimistic: it is
 * undone if the server refuses.
 */
export function useConfirmEndpoint(id: string) {
  const client = useQueryClient();
  const { all } = endpointKeys;
  const mark = (confirmed: boolean) =>
    client.setQueryData<Endpoint[]>(all, (known) => known?.map((e) => (e.id === id ? { ...e, confirmed } : e)));
  return useMutation({
    mutationFn: async () => unwrap(await api.POST("/endpoints/{id}/confirm", { params: { path: { id } } })),
    onMutate: async () => {
      await client.cancelQueries({ queryKey: all }); // an older answer would undo it
      mark(true);
    },
    onError: () => mark(false),
    onSettled: () => client.invalidateQueries({ queryKey: all }),
  });
}
