import { formatClock, formatDay, formatRecent, formatUtc } from "../lib/format";

interface TimeProps {
  /** RFC 3339, as the server writes it. */
  at: string;
  /**
   * The time of day alone, the day in its place where that is not today, both, both to the minute, the day alone, the
   * time alone to the minute, or `recent` to the second.
   */
  form?: "clock" | "recent" | "moment" | "minute" | "day" | "short" | "second";
}

/** A moment in the viewer's zone, and in UTC on hover. */
export function Time({ at, form = "clock" }: TimeProps) {
  const date = new Date(at);
  const text = {
    clock: () => formatClock(date),
    recent: () => formatRecent(date, new Date()),
    day: () => formatDay(date),
    minute: () => `${formatDay(date)}, ${formatClock(date).slice(0, 5)}`,
    second: () => formatRecent(date, new Date()).replace(/\.\d{3}$/, ""),
    short: () => formatClock(date).slice(0, 5),
    moment: () => `${formatDay(date)}, ${formatClock(date)}`,
  };
  return (
    <time className="tabular-nums" dateTime={at} title={formatUtc(date)}>
      {text[form]()}
    </time>
  );
}
