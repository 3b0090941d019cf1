const counts = new Intl.NumberFormat("en");
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** `12408` as `12,408`. */
export const formatCount = (n: number) => counts.format(n);

/** A size for glancing at: `640 B`, `1.2 KB`, `25.0 MB`, `1.1 GB`, in steps of a thousand. */
export function formatBytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 999_950) return `${(n / 1000).toFixed(1)} KB`;
  if (n < 999_950_000) return `${(n / 1_000_000).toFixed(1)} MB`;
  return `${(n / 1_000_000_000).toFixed(1)} GB`;
}

/** The time of day in the viewer's zone, with milliseconds: `14:41:10.386`. */
export function formatClock(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const ms = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

/** The day in the viewer's zone: `23 Nov 2026`. */
export const formatDay = (at: Date) => days.format(at);

const dayAndMonth = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });

/** For lists of mostly new items: the time if it was today, else with the date: `22 Nov 14:41`. */
export function formatRecent(at: Date, now: Date): string {
  const clock = formatClock(at);
  return at.toDateString() === now.toDateString() ? clock : `${dayAndMonth.format(at)} ${clock.slice(0, 5)}`;
}

/** The same moment for comparing with logs: `2026-11-23 14:41:10.386 UTC`. */
export const formatUtc = (at: Date) => at.toISOString().replace("T", " ").replace("Z", " UTC");

/** Microseconds as milliseconds or seconds: `0.9 ms`, `14 ms`, `2.4 s`. */
export function formatMicros(us: number): string {
  if (us < 50) return "under 0.1 ms";
  if (us < 9950) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 999_500) return `${Math.round(us / 1000)} ms`;
  return `${(us / 1_000_000).toFixed(1)} s`;
}
