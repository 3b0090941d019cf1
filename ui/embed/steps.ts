import type { PublicStatus } from "./status";

/** One dot of the row of states. */
export interface Step {
  state: string;
  at?: string;
  reached: "done" | "now" | "todo";
}

/** The states that were gone through, where it stands, and, while more may follow, those that all wait for. */
export function stepsOf({ kind, final, timeline, nothing_due }: PublicStatus, expected: readonly string[]): Step[] {
  if (nothing_due) return []; // nobody paid, though it counts as paid
  const last = timeline.length - 1;
  const been = timeline.map(({ status: state, at }, i): Step => ({ state, at, reached: i < last ? "done" : "now" }));
  if (final || kind !== "payment" || been.length === 0) return been;
  return [...been, ...expected.map((state): Step => ({ state, reached: "todo" }))];
}
