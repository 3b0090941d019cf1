// Filter terms as text: in the URL, in chips and as typed.

import { type Filter, type TermKey, termKeys } from "../../entities/delivery/filter";
import type { Endpoint, Verdict } from "../../lib/api";

/** A filter as text, in the URL and in chips. An endpoint is given by its name. */
export type Terms = Partial<Record<TermKey, string>>;

export const verdicts: readonly Verdict[] = ["verified", "unsigned", "rejected"];
const methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Reads them from the URL. */
export function readTerms(search: URLSearchParams): Terms {
  const terms: Terms = {};
  for (const key of termKeys) {
    const value = search.get(key);
    if (value) terms[key] = value;
  }
  return terms;
}

/** Parses a typed term such as `verdict:rejected`; undefined if it is none. */
export function readTerm(typed: string): { key: TermKey; value: string } | undefined {
  const [name = "", ...rest] = typed.trim().split(":");
  const key = termKeys.find((known) => known === name.toLowerCase());
  const value = rest.join(":").trim();
  if (!key || !value) return undefined;
  if (key === "method") return { key, value: value.toUpperCase() };
  if (key === "verdict") {
    const verdict = verdicts.find((known) => known === value.toLowerCase());
    return verdict && { key, value: verdict };
  }
  return { key, value };
}

/** The filter of the terms, or what is wrong with them. */
export function filterOf(terms: Terms, endpoints: readonly Endpoint[]): Filter | { unknown: string } {
  const filter: Filter = {};
  if (terms.endpoint) {
    const endpoint = endpoints.find(({ id, name }) => name === terms.endpoint || id === terms.endpoint);
    if (!endpoint) return { unknown: `There is no endpoint named “${terms.endpoint}”.` };
    filter.endpoint = endpoint.id;
  }
  if (terms.verdict) {
    const verdict = verdicts.find((known) => known === terms.verdict);
    if (!verdict) return { unknown: `A verdict is one of ${verdicts.join(", ")}.` };
    filter.verdict = verdict;
  }
  if (terms.method) filter.method = terms.method;
  return filter;
}

/** Suggestions for what was typed so far, complete terms first, at most eight. */
export function suggest(typed: string, endpoints: readonly Endpoint[], terms: Terms): string[] {
  const values: Record<TermKey, readonly string[]> = {
    endpoint: endpoints.map(({ name }) => name),
    verdict: verdicts,
    method: methods,
  };
  const prefix = typed.trim().toLowerCase();
  const all = termKeys
    .filter((key) => terms[key] === undefined)
    .flatMap((key) => values[key].map((value) => ({ term: `${key}:${value}`, value })));
  const fits = all.filter(({ term, value }) => {
    return term.toLowerCase().startsWith(prefix) || (prefix !== "" && value.toLowerCase().startsWith(prefix));
  });
  const open = termKeys.filter((key) => terms[key] === undefined && key.startsWith(prefix)).map((key) => `${key}:`);
  return (prefix.includes(":") || open.length === 0 ? fits.map(({ term }) => term) : open).slice(0, 8);
}
