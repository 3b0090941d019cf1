import type { Delivery, Verdict } from "../../lib/api";

/** Which deliveries a list shows. What is absent lets everything through. `endpoint` is an id. */
export interface Filter {
  endpoint?: string;
  verdict?: Verdict;
  method?: string;
}

export function matches({ endpoint, verdict, method }: Filter, delivery: Delivery): boolean {
  return (
    (endpoint === undefined || endpoint === delivery.endpoint) &&
    (verdict === undefined || verdict === delivery.verdict) &&
    (method === undefined || method === delivery.method)
  );
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return a.endpoint === b.endpoint && a.verdict === b.verdict && a.method === b.method;
}
