// The queries that only the delivery pane needs: diagnosis, redeliveries and body.

import { queryOptions } from "@tanstack/react-query";
import { deliveryKeys } from "../../../entities/delivery/queries";
import { api, type Delivery, unwrap } from "../../../lib/api";
import { mediaType } from "./body-kind";
import { type Body, fetchBody, inflated, readUpTo } from "./read-body";

/** What is fetched of a body for looking at it. The download has no such limit. */
const mostShown = 1 << 20;
/** An image can only be drawn whole. It is the most that the server takes. */
const mostImage = 25 << 20;

/** The diagnosis. It depends on the current endpoints, so it becomes stale. */
export const diagnosisQuery = (id: string) =>
  queryOptions({
    queryKey: deliveryKeys.diagnosis(id),
    queryFn: async ({ signal }) =>
      unwrap(await api.POST("/deliveries/{id}/diagnose", { params: { path: { id } }, signal })),
    staleTime: 10_000,
  });

/** All deliveries of its event, oldest first. More can arrive at any time. */
export const redeliveriesQuery = ({ id, verdict, event }: Delivery) =>
  queryOptions({
    queryKey: deliveryKeys.redeliveries(id),
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/deliveries/{id}/redeliveries", { params: { path: { id } }, signal })).redeliveries,
    enabled: verdict === "verified" && !!event,
  });

/** The start of a delivery's body, decompressed if it was compressed. */
export const bodyQuery = (id: string, contentType: string, encoding: string) =>
  queryOptions({
    queryKey: deliveryKeys.body(id),
    queryFn: async ({ signal }): Promise<Body> => {
      const most = mediaType(contentType).startsWith("image/") ? mostImage : mostShown;
      const sent = await readUpTo(await fetchBody(id, signal), most);
      const inside = await inflated(sent.bytes, encoding, mostShown);
      return inside ? { ...inside, cut: inside.cut || sent.cut, inflated: true } : { ...sent, inflated: false };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000, // bodies are large
  });
