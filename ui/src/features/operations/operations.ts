// What the operations screen shows: its state in the URL, its data, and the figures drawn from it.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { api, unwrap } from "../../lib/api";
import type { components } from "../../lib/api.gen";
import { formatCount } from "../../lib/format";

/** How the server did recently. */
export type Operations = components["schemas"]["Operations"];

/** The time that the screen covers. */
export type Range = Operations["range"];

export const ranges = [
  { value: "1h", label: "1 h" },
  { value: "24h", label: "24 h" },
  { value: "7d", label: "7 d" },
] as const satisfies readonly { value: Range; label: string }[];

/** The range in words, for a sentence. */
export const rangeWords: Record<Range, string> = { "1h": "hour", "24h": "24 hours", "7d": "7 days" };

/** The state of the screen, which is in its URL. */
export function useOperationsUrl() {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string, standard: string) => {
    const next = new URLSearchParams(search);
    if (value === standard) next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return {
    range: ranges.find(({ value }) => value === search.get("range"))?.value ?? "1h",
    setRange: (range: Range) => set("range", range, "1h"),
    /** An endpoint's id; "" for all of them. */
    endpoint: search.get("endpoint") ?? "",
    setEndpoint: (endpoint: string) => set("endpoint", endpoint, ""),
  };
}

/** The server adds a step to the shortest range every ten seconds. */
const refreshEvery = 10_000;

/** The recent past of the server, or of one endpoint. It is fetched again while the screen is open. */
export const operationsQuery = (range: Range, endpoint: string) =>
  queryOptions({
    queryKey: ["operations", range, endpoint] as const,
    queryFn: async ({ signal }) => {
      const query = endpoint ? { range, endpoint } : { range };
      return unwrap(await api.GET("/operations", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    staleTime: refreshEvery,
    refetchInterval: refreshEvery,
  });

/** Counts of steps as rates per minute. The newest step may cover less than the others. */
export const perMinute = (counts: readonly number[], seconds: readonly number[]) =>
  counts.map((count, step) => rate(count, seconds[step] ?? 0));

/** A count as a rate per minute. */
export const rate = (count: number, seconds: number) => (seconds > 0 ? (60 * count) / seconds : 0);

/** A rate for glancing at: `0.4`, `12.5`, `1,204`. */
export const formatRate = (n: number) => (n >= 100 || n === 0 ? formatCount(Math.round(n)) : n.toFixed(1));

/** A share: `1.4 %`, `0 %` for none and `under 0.1 %` for few. */
export function formatShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0 %";
  const share = (100 * part) / whole;
  return share < 0.1 ? "under 0.1 %" : `${share.toFixed(share < 10 ? 1 : 0)} %`;
}

/** A duration in seconds as milliseconds or seconds: `0.9 ms`, `2.4 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  return `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}

/** A long time in words: `41 days`, `7 hours`, `20 minutes`. */
export function formatLong(seconds: number): string {
  const units = [
    ["year", 365 * 86_400],
    ["day", 86_400],
    ["hour", 3600],
  ] as const;
  const [name, length] = units.find(([name, length]) => seconds >= (name === "year" ? 3 : 2) * length) ?? [
    "minute",
    60,
  ];
  const n = Math.max(1, Math.round(seconds / length));
  return `${formatCount(n)} ${name}${n === 1 ? "" : "s"}`;
}
