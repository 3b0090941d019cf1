// Reads and changes the state of the deliveries screen in the URL.

import { useLocation, useParams, useSearchParams } from "wouter";
import { type TermKey, termKeys } from "../../entities/delivery/filter";
import { boot } from "../../lib/boot";
import type { DetailTab } from "./detail/detail-tab";
import { readTerms, type Terms } from "./terms";

const tabs: readonly DetailTab[] = ["body", "headers", "verdict", "effect", "subject"];

/** The state of the screen, which is in its URL: filter, open delivery, and its tab. */
export interface DeliveriesUrl {
  terms: Terms;
  setTerm(key: TermKey, value: string | undefined): void;
  clearTerms(): void;
  /** The open delivery. */
  id: string | undefined;
  open(id: string): void;
  close(): void;
  tab: DetailTab;
  setTab(tab: DetailTab): void;
  /** The whole address of a delivery beside the list as it is now. */
  link(id: string): string;
}

export function useDeliveriesUrl(): DeliveriesUrl {
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const [search, setSearch] = useSearchParams();
  const path = (to: string, parameters: URLSearchParams) => (parameters.size > 0 ? `${to}?${parameters}` : to);
  const without = (...names: string[]) => {
    const rest = new URLSearchParams(search);
    for (const name of names) rest.delete(name);
    return rest;
  };
  const beside = (to: string) => path(`/deliveries/${to}`, search);

  return {
    terms: readTerms(search),
    setTerm(key, value) {
      const next = without(key);
      if (value) next.set(key, value);
      setSearch(next);
    },
    clearTerms: () => setSearch(without(...termKeys)),
    id,
    open: (next) => go(beside(next), { replace: id !== undefined }),
    close: () => go(path("/deliveries", without("tab"))),
    tab: tabs.find((tab) => tab === search.get("tab")) ?? "body",
    setTab(tab) {
      const next = without("tab");
      next.set("tab", tab);
      setSearch(next, { replace: true });
    },
    link: (to) => location.origin + boot.base.slice(0, -1) + beside(to),
  };
}
