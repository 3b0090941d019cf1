// What the query cache holds about deliveries: keys, and the queries that several screens use.

import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api";

/** The keys of everything about deliveries in the query cache. */
export const deliveryKeys = {
  ones: ["deliveries", "one"] as const,
  one: (id: string) => ["deliveries", "one", id] as const,
  body: (id: string) => ["deliveries", "body", id] as const,
  exactBody: (id: string) => ["deliveries", "exact body", id] as const,
  diagnosis: (id: string) => ["deliveries", "diagnosis", id] as const,
  redeliveries: (id: string) => ["deliveries", "redeliveries", id] as const,
  newests: ["deliveries", "newest"] as const,
  newest: (endpoint: string) => ["deliveries", "newest", endpoint] as const,
  /** Of one endpoint; "" for all. */
  rejected: (endpoint: string) => ["deliveries", "rejected", endpoint] as const,
};

/** One delivery with its headers and effects. Only the effects can change; the live cache then invalidates it. */
export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: deliveryKeys.one(id),
    queryFn: async ({ signal }) => unwrap(await api.GET("/deliveries/{id}", { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The newest delivery of an endpoint, or null. The live cache replaces it by newer ones. */
export const newestQuery = (endpoint: string) =>
  queryOptions({
    queryKey: deliveryKeys.newest(endpoint),
    queryFn: async ({ signal }) => {
      const query = { endpoint, limit: 1 };
      return unwrap(await api.GET("/deliveries", { params: { query }, signal })).deliveries[0] ?? null;
    },
  });

/** Rejected deliveries are counted up to one less than this, so that the page that is read for it stays small. */
export const mostRejected = 100;

/** The ids of the rejected deliveries of an endpoint, or of all if it is "". The live cache adds new ones. */
export const rejectedQuery = (endpoint: string) =>
  queryOptions({
    queryKey: deliveryKeys.rejected(endpoint),
    queryFn: async ({ signal }) => {
      const query = { verdict: "rejected" as const, ...(endpoint && { endpoint }), limit: mostRejected };
      return unwrap(await api.GET("/deliveries", { params: { query }, signal })).deliveries.map(({ id }) => id);
    },
    staleTime: 60_000,
  });

/** The ids of both lists. An id in both appears once. */
export function withArrived(known: string[], arrived: readonly string[]): string[] {
  return known.length >= mostRejected ? known : [...new Set([...known, ...arrived])].slice(0, mostRejected);
}
