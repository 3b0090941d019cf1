// The state of the form for mappings, and the request that is made of it.

import type { Tone } from "../../entities/status/status";
import type { MappedState, Mapping } from "../../entities/status/status-rules";

/** The meaning of one value. If two occur at the same time, the later one in the list wins. */
export interface StateDraft {
  /** Tells rows apart while they are edited. */
  key: number;
  value: string;
  state: string;
  tone: Tone;
  final: boolean;
}

/** The kind of subjects that a mapping reads. */
export type MappingKind = "own" | "payment";

/** The values of the form for a mapping. */
export interface MappingDraft {
  kind: MappingKind;
  subject: string;
  state: string;
  reference: string;
  amount: string;
  currency: string;
  customer: string;
  occurredAt: string;
  states: StateDraft[];
}

/** All states of a payment. */
export const paymentStates = [
  "pending",
  "action_required",
  "processing",
  "authorized",
  "partially_paid",
  "paid",
  "partially_refunded",
  "refunded",
  "failed",
  "canceled",
  "expired",
] as const;

/** The initial values: those of the mapping, or empty ones. */
export function draftOf(mapping: Mapping | null | undefined): MappingDraft {
  const { subject = "", state = "", reference = "", amount = "", currency = "", customer = "" } = mapping ?? {};
  const rows = [...(mapping?.states ?? [])].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  const states = rows.map(({ value, state, tone, final = false }, key) => ({
    ...{ key, value, state, final },
    tone: (tone || "neutral") as Tone,
  }));
  const kind = mapping?.kind === "payment" ? "payment" : "own";
  const occurredAt = mapping?.occurred_at ?? "";
  return { kind, subject, state, reference, amount, currency, customer, occurredAt, states };
}

/** The request for a draft. Empty fields are left out. */
export function toMapping(draft: MappingDraft): Mapping {
  const { kind, subject, state, reference, amount, currency, customer, occurredAt, states } = draft;
  const optional = Object.entries({ reference, amount, currency, customer, occurred_at: occurredAt }).flatMap(
    ([name, text]) => (text.trim() ? [[name, text.trim()]] : []),
  );
  return {
    ...{ kind, subject: subject.trim(), state: state.trim() },
    ...Object.fromEntries(optional),
    states: states
      .filter(({ value, state }) => value.trim() && state.trim())
      .map((row, rank) => mapped(row, rank, kind)),
  };
}

function mapped({ value, state, tone, final }: StateDraft, rank: number, kind: MappingKind): MappedState {
  const word = state.trim().toLowerCase().replaceAll(/\s+/g, "_");
  const own = kind === "own" ? { tone, ...(final && { final }), ...(rank > 0 && { rank }) } : {};
  return { value: value.trim(), state: word, ...own };
}

/** A new row below the others, of a value that was found. */
export function withRow(states: readonly StateDraft[], value = "", kind: MappingKind = "own"): StateDraft[] {
  const key = Math.max(-1, ...states.map((row) => row.key)) + 1;
  const word = value.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  const state = kind === "payment" ? (paymentStates.find((known) => known === word) ?? "pending") : word;
  return [...states, { key, value, state, tone: "neutral", final: false }];
}
