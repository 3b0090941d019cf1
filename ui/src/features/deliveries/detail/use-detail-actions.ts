// The actions of the delivery pane: copy a link, copy as curl.

import { useQueryClient } from "@tanstack/react-query";
import { deliveryKeys } from "../../../entities/delivery/queries";
import type { DeliveryDetail, Endpoint } from "../../../lib/api";
import { copyText } from "../../../lib/clipboard";
import { toast } from "../../../ui/toast";
import { asCurl, longestInline } from "./curl";
import { fetchBody, readUpTo } from "./read-body";
import { isSecretHeader } from "./secret-headers";

const refused = { title: "Your browser did not allow copying", tone: "bad" } as const;

/** The actions for the open delivery. Each says in a toast what it did. */
export function useDetailActions(delivery: DeliveryDetail, endpoint: Endpoint | undefined) {
  const client = useQueryClient();

  const copyLink = async () => {
    if (await copyText(location.href)) toast({ title: "Copied a link to this view" });
    else toast({ ...refused, text: "Copy it from the address bar." });
  };

  const copyCurl = async () => {
    try {
      const body = await client.fetchQuery({
        queryKey: deliveryKeys.exactBody(delivery.id),
        queryFn: ({ signal }) => exactBody(delivery, signal),
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 60_000,
      });
      const line = asCurl({
        method: delivery.method,
        url: address(delivery, endpoint),
        headers: delivery.headers,
        body,
      });
      if (!(await copyText(line))) return void toast({ ...refused, text: "Allow it for this site and try again." });
      toast({ title: "Copied as curl", text: remark(delivery, body) });
    } catch (error) {
      toast({
        title: "Could not copy as curl",
        text: error instanceof Error ? error.message : String(error),
        tone: "bad",
      });
    }
  };

  return { copyLink, copyCurl };
}

/** The received bytes, or the file name of a body that is too long for a command. */
async function exactBody({ id, size }: DeliveryDetail, signal: AbortSignal): Promise<Uint8Array | string> {
  if (size > longestInline) return `${id}.bin`;
  return (await readUpTo(await fetchBody(id, signal), longestInline)).bytes;
}

/** Where the delivery was sent: its endpoint's address, its path and its query. */
function address({ host, path, query }: DeliveryDetail, endpoint: Endpoint | undefined): string {
  const start = endpoint?.url ?? `http://${host}`;
  return start + path + (query ? `?${query}` : "");
}

function remark(delivery: DeliveryDetail, body: Uint8Array | string): string {
  if (typeof body === "string") return `Download the body beside it, as ${body}.`;
  if (delivery.headers.some((h) => !h.trailer && isSecretHeader(h.name)))
    return "It holds secret headers: mind where you paste it.";
  return "It sends the same bytes again.";
}
