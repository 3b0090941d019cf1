import type { components } from "../api.gen";

type Schemas = components["schemas"];
/** What updates are about. The field of the same name has it. */
type Kind = Schemas["Update"]["kind"];
/**
 * What has a position in the log, so that none is missed: deliveries, and statuses that they changed. The others are
 * notices, and so is a status that a person reviewed.
 */
interface Seqs {
  delivery: { seq: number };
  status: { seq?: number };
}

/** One thing that happened: of the API's Update the kind, and the one field that it names. */
type UpdateOf<K extends Kind> = { kind: K } & Required<Pick<Schemas["Update"], K>> &
  (K extends keyof Seqs ? Seqs[K] : unknown);

/** What a reader is told. Kinds that this page does not know are passed over. */
export type Update = { [K in Kind]: UpdateOf<K> }[Kind];

/** Everything in `(from, to]`. Cursors are opaque: compared for equality, and passed back. */
export interface Frame extends Pick<Schemas["Frame"], "from" | "to" | "head"> {
  /** Our cursor is of another log, or too old: load the first page again. */
  reset: boolean;
  updates: Update[];
}

/** Reads a frame as it came over the wire; undefined where it is none. */
export function readFrame(text: string): Frame | undefined {
  const raw = parse(text);
  if (!isObject(raw)) return undefined;
  const { from, to, head, reset, updates } = raw;
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

/** Whether the field that a kind names has what the page relies on. A kind that the API adds must be added here. */
const readable: Record<Kind, (field: unknown) => boolean> = {
  delivery: (it) => isObject(it) && typeof it["id"] === "string" && typeof it["seq"] === "number",
  status: (it) => isObject(it) && typeof it["id"] === "string" && Array.isArray(it["aliases"]),
  endpoint: (it) => isObject(it) && typeof it["id"] === "string",
  statuses: (it) => it === "rebuilt",
};

function isUpdate(value: unknown): value is Update {
  if (!isObject(value)) return false;
  const { kind } = value;
  return typeof kind === "string" && Object.hasOwn(readable, kind) && readable[kind as Kind](value[kind]);
}
