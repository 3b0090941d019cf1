import { formatCount } from "../format";
import type { LiveState } from "./state";

const two = (n: number) => String(n).padStart(2, "0");

/** The time of day in the viewer's zone, to the minute. */
function minute(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What the live label says: a word, and what follows it. */
export function stateLabel(state: LiveState): { word: string; rest: string } {
  switch (state.kind) {
    case "connecting":
      return { word: "Connecting", rest: "…" };
    case "live":
      return { word: "Live", rest: state.seq === undefined ? "" : ` · #${formatCount(state.seq)}` };
    case "catching-up":
      return { word: "Catching up", rest: state.received > 0 ? ` ${formatCount(state.received)}` : "" };
    case "polling":
      return { word: "Polling", rest: ` every ${state.everyMs / 1000} s` };
    case "offline":
      return { word: "Offline", rest: ` since ${minute(state.since)}` };
  }
}

/** Why, and what happens next. */
export function describeState(state: LiveState, now: number): string {
  switch (state.kind) {
    case "connecting":
      return state.cause ? `${state.cause} Connecting again.` : "The list is on its way.";
    case "live":
      return "Whatever arrives is shown at once. Nothing is missing up to here.";
    case "catching-up":
      return "Connected. What was missed in the meantime is on its way.";
    case "polling":
      return `${state.cause} Until a live connection works, new deliveries are asked for. Nothing is missing.`;
    case "offline":
      return `${state.cause} ${nextTry(state.nextTry, now)}`;
  }
}

function nextTry(at: number | undefined, now: number): string {
  if (at === undefined) return "Trying now.";
  const seconds = Math.ceil((at - now) / 1000);
  return seconds > 0 ? `Next try in ${seconds} s.` : "Trying now.";
}
