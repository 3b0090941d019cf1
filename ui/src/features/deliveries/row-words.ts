// The texts of a row: title and remark.

import { reasonLabels } from "../../entities/delivery/reason-labels.gen";
import type { Delivery } from "../../lib/api";
import { formatCount } from "../../lib/format";

/** What a row says about a delivery beside its type, in two or three words, and how serious it is. */
export interface Remark {
  tone: "bad" | "wait" | "off";
  text: string;
}

export function remarkOf(delivery: Delivery): Remark | undefined {
  const { verdict, reason, duplicate_of, events, mode } = delivery;
  if (verdict === "rejected") return { tone: "bad", text: reason ? words(reason) : "rejected" };
  if (delivery.release_of) return { tone: "off", text: "released" };
  if (delivery.redelivery) {
    const differs = reason === "body_differs";
    return {
      tone: differs ? "wait" : "off",
      text: `${ordinal(delivery.redelivery + 1)} try${differs ? ", body differs" : ""}`,
    };
  }
  if (duplicate_of) return { tone: "off", text: `duplicate of #${formatCount(duplicate_of)}` };
  if (reason) return { tone: "wait", text: words(reason) };
  if (events) return { tone: "off", text: `${formatCount(events)} events` };
  if (mode === "test") return { tone: "off", text: "test" };
  return undefined;
}

/** 2nd, 3rd, 4th … */
export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${formatCount(n)}${ending}`;
}

const words = (reason: string) => reasonLabels[reason] ?? reason.replaceAll("_", " ");

/** What a row is called: the event's type where the provider names one, and where it was sent. */
export function titleOf({ type, method, path, query }: Delivery): { before: string; main: string; after: string } {
  const where = `${path || "/"}${query ? `?${query}` : ""}`;
  if (type) return { before: "", main: type, after: where === "/" ? "" : where };
  return { before: method, main: where, after: "" };
}
