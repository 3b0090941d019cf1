import type { Delivery } from "../../lib/api";
import { formatCount } from "../../lib/format";

/** What a row says of a delivery beyond its type: in two or three words, and how grave it is. */
export interface Remark {
  tone: "bad" | "wait" | "off";
  text: string;
}

const short: Record<string, string> = {
  secret_mismatch: "wrong secret",
  signature_missing: "no secret",
  signature_mismatch: "wrong signature",
  signature_stale: "too old",
};

export function remarkOf({ verdict, reason, duplicate_of }: Delivery): Remark | undefined {
  if (verdict === "rejected") return { tone: "bad", text: reason ? words(reason) : "rejected" };
  if (duplicate_of) return { tone: "off", text: `duplicate of #${formatCount(duplicate_of)}` };
  if (reason) return { tone: "wait", text: words(reason) };
  return undefined;
}

const words = (reason: string) => short[reason] ?? reason.replaceAll("_", " ");

/** What a row is called: the event's type where the provider names one, and where it was sent. */
export function titleOf({ type, method, path, query }: Delivery): { before: string; main: string; after: string } {
  const where = query ? `${path}?${query}` : path;
  if (type) return { before: "", main: type, after: where === "/" ? "" : where };
  return { before: method, main: where, after: "" };
}
