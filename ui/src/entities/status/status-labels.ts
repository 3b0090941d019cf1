// The texts for states, kinds, evidence and effects that the screens share.

import { formatAmount } from "../../lib/amount";
import { formatCount } from "../../lib/format";
import type { Effect, State, Status, SubjectKind, Tone } from "./status";

/** The states that are known, in the order in which things usually go. */
const tones: Record<State, Tone> = {
  pending: "pending",
  queued: "pending",
  waiting_for_approval: "warning",
  action_required: "warning",
  processing: "active",
  running: "active",
  authorized: "active",
  partially_paid: "active",
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
};

const order = Object.keys(tones);

/** The tone of a state, if the server does not give one. */
export const toneOf = (state: State): Tone => tones[state] ?? "neutral";

/** Sorts states in the order in which they usually occur; those that an endpoint defines come last, by name. */
export function inOrder(states: readonly State[]): State[] {
  const place = (state: State) => (tones[state] ? order.indexOf(state) : order.length);
  return [...states].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** `partially_refunded` as `partially refunded`. */
export const stateWord = (state: State) => state.replaceAll("_", " ");

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

/** An alias without its kind: `payment/pi_1` as `pi_1`. */
export const bareName = (name: string) => name.slice(name.indexOf("/") + 1);

/** What a subject is called: its reference where there is one. */
export const titleOf = ({ title, reference, subject }: Pick<Status, "title" | "reference" | "subject">) =>
  reference || title || bareName(subject);

const evidenceLabels: Record<string, string> = {
  created: "It was started",
  action: "The payer must do something",
  processing: "It is being processed",
  authorized: "The money was reserved",
  captured: "The money came in",
  refund: "Money went back",
  refund_failed: "A refund failed",
  failed: "An attempt failed",
  capture_failed: "Taking the money failed",
  canceled: "It was cancelled",
  expired: "It expired",
  reversed: "The money was taken back",
  dispute_open: "A dispute was opened",
  dispute_won: "The dispute was won",
  dispute_lost: "The dispute was lost",
  dispute_closed: "The dispute was closed",
  info: "It was mentioned",
  stands: "Its state was told",
};

/** What an event said of its subject. */
export function evidenceLabel({
  evidence,
  amount,
  currency,
}: Pick<Effect, "evidence" | "amount" | "currency">): string {
  const words = evidenceLabels[evidence] ?? capital(stateWord(evidence));
  return amount ? `${words}: ${formatAmount(amount, currency)}` : words;
}

const attempts: Record<string, string> = {
  created: "a start",
  action: "a step of the payer",
  processing: "a word of processing",
  authorized: "a reservation",
  failed: "a failed attempt",
  canceled: "a cancellation",
  expired: "an expiry",
};

/** Why an event moved nothing. A rule that is not known here is shown as it is. */
export function ruleWords({ rule = "", evidence }: Pick<Effect, "rule" | "evidence">): string {
  const what = attempts[evidence] ?? "this";
  const words: Record<string, string> = {
    money_outranks: `money that came in outranks ${what}: only refunds, reversals and failed captures move it`,
    authorized_outranks: `an authorisation stands, and ${what} does not undo it`,
    newer_known: "something newer was known",
    same_state: "it says what was known",
  };
  return words[rule] ?? rule;
}

/** What one event did, in a sentence. `first` is the delivery that told it first, where it is a duplicate. */
export function effectSentence(effect: Effect, first?: number): string {
  if (effect.effect === "too_much") {
    return "This delivery said more than is read of one delivery; nothing of it was used.";
  }
  const { from, to, rule, kind, subject } = effect;
  const name = `${kindWords(kind).one} ${bareName(subject)}`;
  const why = rule ? `, because ${ruleWords(effect)}` : "";
  switch (effect.effect) {
    case "applied":
      if (rule === "same_state" && to) return `Says of ${name} what was known: it is ${stateWord(to)}.`;
      return moved(name, from, to);
    case "impossible":
      return `${moved(name, from, to)} That is no way such things go: a person should look.`;
    case "duplicate":
      return first
        ? `Duplicate of #${formatCount(first)}: it moved nothing.`
        : "It was told before, and moved nothing.";
    case "late":
      return `Late: ignored${why}.`;
    case "info":
      return `Moved nothing${why}.`;
  }
}

function moved(name: string, from: State | undefined, to: State | undefined): string {
  if (!to) return `Counts for ${name}.`;
  if (!from) return `First word of ${name}: it is ${stateWord(to)}.`;
  if (from === to) return `Counts for ${name}, which stays ${stateWord(to)}.`;
  return `Moved ${name} from ${stateWord(from)} to ${stateWord(to)}.`;
}

/** The delivery that told first what an event repeats; undefined where it is the first. */
export function firstTold(timeline: readonly Effect[], { event, evidence, seq }: Effect): number | undefined {
  return timeline.find((one) => one.event === event && one.evidence === evidence && one.seq < seq)?.seq;
}
