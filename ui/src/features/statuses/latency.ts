// The text that says how long a payment usually takes.

import type { StatusDetail } from "../../entities/status/status";

/** A duration in words, as on the status page: `8 seconds`, `3 minutes`. */
export function lengthWords(seconds: number): string {
  for (const [unit, size, upTo] of [
    ["second", 1, 120],
    ["minute", 60, 120 * 60],
    ["hour", 3600, 48 * 3600],
  ] as const) {
    if (seconds < upTo) return counted(Math.max(1, Math.ceil(seconds / size)), unit);
  }
  return counted(Math.ceil(seconds / 86_400), "day");
}

const counted = (n: number, unit: string) => `${n} ${unit}${n === 1 ? "" : "s"}`;

/** How long it usually takes; undefined if the status is final. `now` is in milliseconds since 1970. */
export function latencyText(
  { time_to_paid: latency, final, created_at }: StatusDetail,
  now: number,
): string | undefined {
  if (!latency || final || latency.samples === 0) return undefined;
  if (now - Date.parse(created_at) > latency.p90 * 1000) {
    return "This takes longer than usual.";
  }
  return `Usually confirmed within ${lengthWords(latency.p50)}; 9 in 10 within ${shortened(latency)}.`;
}

/** The second duration without its unit, if the first one has the same. */
function shortened({ p50, p90 }: { p50: number; p90: number }): string {
  const [first, second] = [lengthWords(p50), lengthWords(p90)];
  const [n = "", unit = ""] = second.split(" ");
  return first.replace(/s$/, "").endsWith(unit.replace(/s$/, "")) ? n : second;
}
