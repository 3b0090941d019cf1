// The filter of the deliveries list, and whether a delivery passes it.

import type { Delivery } from "../../lib/api";

/** The properties of a delivery that a filter can name. `endpoint` is an id. */
export const termKeys = ["endpoint", "verdict", "method"] as const;

export type TermKey = (typeof termKeys)[number];

/** Which deliveries a list shows. A term that is absent lets everything through. */
export type Filter = Partial<Pick<Delivery, TermKey>>;

export function matches(filter: Filter, delivery: Delivery): boolean {
  return termKeys.every((key) => filter[key] === undefined || filter[key] === delivery[key]);
}
