/** How a state feels, for a colour and a shape. */
export type Tone = (typeof tones)[number];

const tones = ["pending", "active", "success", "warning", "failure", "neutral"] as const;

/** One change of state. */
export interface StatusStep {
  status: string;
  /** RFC 3339. */
  at: string;
}

/** How long such payments take until they are paid, in seconds: the median, and the 90th percentile. */
export interface Latency {
  p50: number;
  p90: number;
}

/** What a status link lets one person see, in the words of the server's JSON. Times are RFC 3339. */
export interface PublicStatus {
  /** Where it stands: "paid"; "waiting" before anything is known. */
  status: string;
  tone: Tone;
  /** Nothing is expected to follow. Something still may, such as a refund. */
  final: boolean;
  /** No money moved. */
  test: boolean;
  kind?: string;
  /** What to show, in the language that was asked for. */
  title?: string;
  /** What to show below the title: what it means for the payer's money, and what the payer can do. */
  note?: string;
  /** What was captured, else what is held, else what is due. In minor units of the currency. */
  amount?: number;
  /** What is to be paid in total, if that is not the amount. */
  due?: number;
  refunded?: number;
  /** Why nothing is to be paid. */
  nothing_due?: string;
  /** ISO 4217. */
  currency?: string;
  /** The shop's own name of it. */
  reference?: string;
  /** Of an order: how much of it was sent. */
  fulfilment?: string;
  started_at?: string;
  updated_at?: string;
  timeline: StatusStep[];
  time_to_paid?: Latency;
  /** Seconds after which a client that polls asks again. */
  poll_after?: number;
}

/**
 * How news come: by a socket that is heard of, by asking, or not at the moment; `done` where none are expected, `gone`
 * where the token leads nowhere, or nowhere any more.
 */
export type Line = "live" | "polling" | "offline" | "done" | "gone";

const words = [
  "kind",
  "title",
  "note",
  "nothing_due",
  "currency",
  "reference",
  "fulfilment",
  "started_at",
  "updated_at",
] as const;

/** Reads what the server's JSON holds; undefined where it is no status. What it does not know it leaves out. */
export function readStatus(raw: unknown): PublicStatus | undefined {
  if (!isObject(raw) || typeof raw["status"] !== "string") return undefined;
  const status: PublicStatus = {
    status: raw["status"],
    tone: isTone(raw["tone"]) ? raw["tone"] : "pending",
    final: raw["final"] === true,
    test: raw["test"] === true,
    timeline: Array.isArray(raw["timeline"]) ? raw["timeline"].flatMap(readStep) : [],
  };
  for (const name of words) {
    const value = raw[name];
    if (typeof value === "string" && value) status[name] = value;
  }
  for (const name of ["amount", "due", "refunded", "poll_after"] as const) {
    const value = raw[name];
    if (typeof value === "number") status[name] = value;
  }
  const { p50, p90 } = Object(raw["time_to_paid"]) as Record<string, unknown>;
  if (typeof p50 === "number" && typeof p90 === "number") status.time_to_paid = { p50, p90 };
  return status;
}

function readStep(step: unknown): StatusStep[] {
  const { status, at } = Object(step) as Record<string, unknown>;
  return typeof status === "string" && typeof at === "string" ? [{ status, at }] : [];
}

function isTone(value: unknown): value is Tone {
  return tones.includes(value as Tone);
}

/** What to show of a state. One without a title is shown by its name: `in_transit` as "In transit". */
export function titleOf({ title, status }: Pick<PublicStatus, "title" | "status">): string {
  const plain = status.replaceAll("_", " ");
  return title || plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** What a JSON text holds; undefined where it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
