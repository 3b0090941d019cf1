import type { Delivery } from "../../lib/api";

/** What deliveries can be filtered by: properties that a delivery has, as it has them. `endpoint` is an id. */
export const termKeys = ["endpoint", "verdict", "method"] as const;

export type TermKey = (typeof termKeys)[number];

/** Which deliveries a list shows. What is absent lets everything through. */
export type Filter = Partial<Pick<Delivery, TermKey>>;

export function matches(filter: Filter, delivery: Delivery): boolean {
  return termKeys.every((key) => filter[key] === undefined || filter[key] === delivery[key]);
}
