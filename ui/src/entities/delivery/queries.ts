import { queryOptions } from "@tanstack/react-query";
import { api, type Delivery, unwrap } from "../../lib/api";
import { mediaType } from "./body-kind";
import { type Body, fetchBody, inflated, readUpTo } from "./read-body";

/** Names of what the query cache keeps of single deliveries. */
export const deliveryKeys = {
  one: (id: string) => ["deliveries", "one", id] as const,
  body: (id: string) => ["deliveries", "body", id] as const,
  diagnosis: (id: string) => ["deliveries", "diagnosis", id] as const,
  tries: (id: string) => ["deliveries", "tries", id] as const,
  subjects: ["deliveries", "subject"] as const,
  exactBody: (id: string) => ["deliveries", "exact body", id] as const,
};

/** What is fetched of a body for looking at it. The download has no such limit. */
const mostShown = 1 << 20;
/** An image can only be drawn whole. It is the most that the server takes. */
const mostImage = 25 << 20;

/** One delivery with its headers and effects. Only these change, and `useEffects` has it fetched again then. */
export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: deliveryKeys.one(id),
    queryFn: async ({ signal }) => unwrap(await api.GET("/deliveries/{id}", { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Why it did not verify. It depends on the endpoints of today, so it is asked anew after a while. */
export const diagnosisQuery = (id: string) =>
  queryOptions({
    queryKey: deliveryKeys.diagnosis(id),
    queryFn: async ({ signal }) =>
      unwrap(await api.POST("/deliveries/{id}/diagnose", { params: { path: { id } }, signal })),
    staleTime: 10_000,
  });

/** All deliveries of its event, oldest first. There may be more of them any time. */
export const triesQuery = ({ id, verdict, event }: Delivery) =>
  queryOptions({
    queryKey: deliveryKeys.tries(id),
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/deliveries/{id}/tries", { params: { path: { id } }, signal })).tries,
    enabled: verdict === "verified" && !!event,
  });

/** Where a subject of the delivery stands, and how it came there. */
export const statusQuery = (id: string) =>
  queryOptions({
    queryKey: [...deliveryKeys.subjects, id],
    queryFn: async ({ signal }) => unwrap(await api.GET("/statuses/{id}", { params: { path: { id } }, signal })),
  });

/** The start of a delivery's body, unpacked where it was compressed. */
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
