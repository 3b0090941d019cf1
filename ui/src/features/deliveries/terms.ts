import { type Filter, type TermKey, termKeys } from "../../entities/delivery/filter";
import type { Endpoint, Verdict } from "../../lib/api";

/** A filter in words, as it stands in the address and in the chips. An endpoint goes by its name. */
export type Terms = Partial<Record<TermKey, string>>;

export const verdicts: readonly Verdict[] = ["verified", "unsigned", "rejected"];
const methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Reads them from the address. */
export function readTerms(search: URLSearchParams): Terms {
  const terms: Terms = {};
  for (const key of termKeys) {
    const value = search.get(key);
    if (value) terms[key] = value;
  }
  return terms;
}

/** Reads one from what was typed: `verdict:rejected`. Undefined where it is none. */
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

/** What a filter in words means, or what is wrong with it. */
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

/** What could be meant by what was typed so far, whole terms first, at most eight. */
export function suggest(typed: string, endpoints: readonly Endpoint[], terms: Terms): string[] {
  const values: Record<TermKey, readonly string[]> = {
    endpoint: endpoints.map(({ name }) => name),
    verdict: verdicts,
    method: methods,
  };
  const wanted = typed.trim().toLowerCase();
  const all = termKeys
    .filter((key) => terms[key] === undefined)
    .flatMap((key) => values[key].map((value) => ({ term: `${key}:${value}`, value })));
  const fits = all.filter(({ term, value }) => {
    return term.toLowerCase().startsWith(wanted) || (wanted !== "" && value.toLowerCase().startsWith(wanted));
  });
  const open = termKeys.filter((key) => terms[key] === undefined && key.startsWith(wanted)).map((key) => `${key}:`);
  return (wanted.includes(":") || open.length === 0 ? fits.map(({ term }) => term) : open).slice(0, 8);
}
