// The texts for states, kinds and methods that the screens share.

import type { State, Status, SubjectKind, Tone } from "./status";

/** The states that are known, in the order in which things usually go. */
const tones: Record<State, Tone> = {
  pending: "pending",
  queued: "pending",
  waiting_for_approval: "warning",
  action_required: "warning",
  processing: "active",
  running: "active",
  authorized: "active",
  partially_paid: "warning",
  paid: "success",
  success: "success",
  unfulfilled: "pending",
  partially_fulfilled: "active",
  fulfilled: "success",
  partially_refunded: "success",
  refunded: "neutral",
  returned: "neutral",
  failed: "failure",
  failure: "failure",
  canceled: "neutral",
  cancelled: "neutral",
  expired: "neutral",
  skipped: "neutral",
  superseded: "neutral",
  ambiguous: "warning",
};

const order = Object.keys(tones);

/** The tone of a state, if the server does not give one. */
export const toneOf = (state: State): Tone => tones[state] ?? "neutral";

/** Sorts states in the order in which they usually occur; those that an endpoint defines come last, by name. */
export function inOrder(states: readonly State[]): State[] {
  const place = (state: State) => (tones[state] ? order.indexOf(state) : order.length);
  return [...states].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** Names of states that are not their codes. */
const stateNames: Record<State, string> = { ambiguous: "shared reference" };

/** `partially_refunded` as `partially refunded`. */
export const stateWord = (state: State) => stateNames[state] ?? state.replaceAll("_", " ");

/** With a capital letter, for headings and chips. */
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const kinds: Record<SubjectKind, { one: string; many: string }> = {
  payment: { one: "payment", many: "Payments" },
  order: { one: "order", many: "Orders" },
  run: { one: "run", many: "Runs" },
  deployment: { one: "deployment", many: "Deployments" },
  own: { one: "subject", many: "Own" },
};

/** The nouns for a kind of subjects. */
export const kindWords = (kind: string) => kinds[kind as SubjectKind] ?? { one: kind, many: capital(kind) };

/** What a status is about: money is a payment or an order, however many payments the order has. */
export const nounOf = ({ level, kind }: Pick<Status, "level" | "kind">) =>
  level === "order" || level === "reference" ? "order" : kindWords(kind).one;

/** The state as a heading. Nothing to be paid is a state of its own for people. */
export const stateLabel = ({ state, nothing_due }: Pick<Status, "state" | "nothing_due">) =>
  capital(nothing_due ? "nothing due" : stateWord(state));

/** The names of payment methods. */
const methods: Record<NonNullable<Status["method"]>, string> = {
  card: "card",
  bank: "bank transfer or debit",
  voucher: "voucher",
  wallet: "wallet",
  coins: "crypto",
};

/** How it is paid, or nothing where that is not known. */
export const methodLabel = (method: Status["method"]) => (method ? (methods[method] ?? method) : "");

/** An alias without its kind: `payment/pi_1` as `pi_1`. */
export const bareName = (name: string) => name.slice(name.indexOf("/") + 1);

/** What a subject is called: its reference where there is one. */
export const titleOf = ({ title, reference, subject }: Pick<Status, "title" | "reference" | "subject">) =>
  reference || title || bareName(subject);
