import type { Delivery, Endpoint } from "../api";
import type { components } from "../api.gen";

/** What a reader is told. Kinds that this page does not know are passed over. */
export type Update =
  | { kind: "delivery"; seq: number; delivery: Delivery }
  /** Where a subject stands since the delivery `seq`. */
  | { kind: "status"; seq: number; status: components["schemas"]["Status"] }
  | { kind: "endpoint"; endpoint: Endpoint & { deleted?: boolean } };

/** Everything in `(from, to]`. Cursors are opaque: compared for equality, and passed back. */
export interface Frame {
  from: string;
  to: string;
  head: string;
  /** Our cursor is of another log, or too old: load the first page again. */
  reset: boolean;
  updates: Update[];
}

/** Reads a frame as it came over the wire; undefined where it is none. */
export function readFrame(text: string): Frame | undefined {
  const said = parse(text);
  if (!isObject(said)) return undefined;
  const { from, to, head, reset, updates } = said;
  if (typeof from !== "string" || typeof to !== "string" || typeof head !== "string") return undefined;
  if (!Array.isArray(updates)) return undefined;
  return { from, to, head, reset: reset === true, updates: updates.filter(isUpdate) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isUpdate(value: unknown): value is Update {
  if (!isObject(value)) return false;
  if (value["kind"] === "delivery") {
    const delivery = value["delivery"];
    return isObject(delivery) && typeof delivery["id"] === "string" && typeof delivery["seq"] === "number";
  }
  if (value["kind"] === "status") {
    const status = value["status"];
    return isObject(status) && typeof status["id"] === "string" && Array.isArray(status["names"]);
  }
  return value["kind"] === "endpoint" && isObject(value["endpoint"]) && typeof value["endpoint"]["id"] === "string";
}
