// Reads and changes the state of the statuses screen in the URL.

import { useLocation, useParams, useSearchParams } from "wouter";
import type { StatusFilter, SubjectKind } from "../../entities/status/status";
import type { Endpoint } from "../../lib/api";
import { boot } from "../../lib/boot";

/** The tabs of a status, as in the URL. */
export type StatusTab = "timeline" | "customer";

/** The filter as in the URL. An endpoint is given by its name. */
export type StatusTerms = Partial<Record<TermKey, string>>;
/** The parameters that filter the list. Others, such as the tab, are about the open status. */
export type TermKey = "state" | "kind" | "endpoint" | "mode" | "review" | "q";

const termKeys: readonly TermKey[] = ["state", "kind", "endpoint", "mode", "review", "q"];

/** The state of the screen, which is in its URL: filter, open status, and its tab. */
export interface StatusesUrl {
  terms: StatusTerms;
  /** Words are typed letter by letter: they take the place of what was typed before. */
  setTerm(key: TermKey, value: string | undefined): void;
  clearTerms(): void;
  id: string | undefined;
  open(id: string): void;
  close(): void;
  tab: StatusTab;
  setTab(tab: StatusTab): void;
  /** The whole address of a status beside the list as it is now. */
  link(id: string): string;
}

/**
 * Reads the screen's state from the URL, and returns how to change it. Opening another status replaces the entry in the
 * browser's history, so that “back” leaves the pane instead of walking through all rows that were looked at.
 */
export function useStatusesUrl(): StatusesUrl {
  const { id } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const [search, setSearch] = useSearchParams();
  const path = (to: string, parameters: URLSearchParams) => (parameters.size > 0 ? `${to}?${parameters}` : to);
  const without = (...names: string[]) => {
    const rest = new URLSearchParams(search);
    for (const name of names) rest.delete(name);
    return rest;
  };
  const beside = (to: string) => path(`/statuses/${to}`, search);

  return {
    terms: Object.fromEntries(termKeys.flatMap((key) => (search.get(key) ? [[key, search.get(key)]] : []))),
    setTerm(key, value) {
      // A state and a reason for review are alternatives: chips in one row.
      const next = without(key, ...(key === "state" ? ["review"] : key === "review" ? ["state"] : []));
      if (value) next.set(key, value);
      setSearch(next, { replace: key === "q" });
    },
    clearTerms: () => setSearch(without(...termKeys)),
    id,
    open: (next) => go(beside(next), { replace: id !== undefined }),
    close: () => go(path("/statuses", without("tab"))),
    tab: search.get("tab") === "customer" ? "customer" : "timeline",
    setTab(tab) {
      const next = without("tab");
      if (tab !== "timeline") next.set("tab", tab);
      setSearch(next, { replace: true });
    },
    link: (to) => location.origin + boot.base.slice(0, -1) + beside(to),
  };
}

/**
 * The filter of the terms, or what is wrong with them. An endpoint is resolved here, because the API knows ids and
 * people write names. An unknown mode is ignored, as from an old link.
 */
export function filterOf(terms: StatusTerms, endpoints: readonly Endpoint[]): StatusFilter | { unknown: string } {
  const { state, kind, mode, review, q, endpoint: name } = terms;
  const endpoint = endpoints.find((e) => e.name === name || e.id === name)?.id;
  if (name && !endpoint) return { unknown: `There is no endpoint named “${name}”.` };
  return {
    ...(state && { state }),
    ...(kind && { kind: kind as SubjectKind }),
    ...((mode === "live" || mode === "test") && { mode }),
    ...(review && { review }),
    ...(q && { q }),
    ...(endpoint && { endpoint }),
  };
}
