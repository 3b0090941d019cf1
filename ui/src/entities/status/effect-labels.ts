// The texts for what events report and what they changed. The screens of statuses and deliveries share them.

import { formatAmount } from "../../lib/amount";
import { formatCount } from "../../lib/format";
import type { Effect, State } from "./status";
import { bareName, capital, kindWords, stateWord } from "./status-labels";

const evidenceLabels: Record<string, string> = {
  created: "Started",
  action: "Action required",
  processing: "Processing",
  authorized: "Authorized",
  released: "Authorization released",
  capture_pending: "Capture pending",
  captured: "Captured",
  capture_failed: "Capture failed",
  refund_pending: "Refund pending",
  refund: "Refunded",
  refund_failed: "Refund failed",
  failed: "Attempt failed",
  canceled: "Canceled",
  expired: "Expired",
  reversed: "Reversed",
  dispute_open: "Dispute opened",
  dispute_won: "Dispute won",
  dispute_lost: "Dispute lost",
  dispute_closed: "Dispute closed",
  coins_seen: "Coins seen, not confirmed yet",
  coins_received: "Coins confirmed",
  coins_unresolved: "Coins received, not settled",
  nothing_due: "Nothing due",
  closed: "Order closed unpaid",
  info: "Information only",
  stands: "State reported",
};

/** Verbs that take the amount as their object: “Captured €49.00”. */
const transitive = new Set(["authorized", "captured", "refund", "reversed"]);

/** What an event reported, with the amount if it has one. */
export function evidenceLabel({
  evidence,
  amount,
  currency,
}: Pick<Effect, "evidence" | "amount" | "currency">): string {
  const words = evidenceLabels[evidence] ?? capital(stateWord(evidence));
  if (!amount) return words;
  return `${words}${transitive.has(evidence) ? "" : ","} ${formatAmount(amount, currency)}`;
}

const attempts: Record<string, string> = {
  created: "a start",
  action: "a required action",
  processing: "a processing event",
  authorized: "an authorization",
  failed: "a failed attempt",
  canceled: "a cancellation",
  expired: "an expiry",
};

/** Why an event changed nothing. A rule that is not known here is shown as it is. */
export function ruleWords({ rule = "", evidence }: Pick<Effect, "rule" | "evidence">): string {
  const what = attempts[evidence] ?? "this";
  const words: Record<string, string> = {
    money_outranks: `money was captured before, and ${what} does not undo that`,
    authorized_outranks: `an authorization stands, and ${what} does not end it`,
    newer_known: "a newer event had arrived",
    same_state: "it repeats what was known",
  };
  return words[rule] ?? rule;
}

/** What is said of an event that was taken over from the release before there were orders. */
export const inheritedSentence = "Taken over from before the upgrade: the delivery is no longer kept.";

/** What one event did, in a sentence. `first` is the delivery that reported it first, if it is a duplicate. */
export function effectSentence(effect: Effect, first?: number): string {
  if (effect.effect === "too_much") {
    return "This delivery reports more than one delivery may, so nothing in it counts.";
  }
  const { from, to, rule, kind, subject } = effect;
  const name = `${kindWords(kind).one} ${bareName(subject)}`;
  const why = rule ? `, because ${ruleWords(effect)}` : "";
  switch (effect.effect) {
    case "applied":
      if (rule === "same_state" && to) return `Confirms that ${name} is ${stateWord(to)}.`;
      return moved(name, from, to);
    case "impossible":
      return `${moved(name, from, to)} This contradicts the other events: check it at the provider.`;
    case "duplicate":
      return first
        ? `Duplicate of #${formatCount(first)}: nothing changed.`
        : "Duplicate of an earlier delivery: nothing changed.";
    case "late":
      return `Late: ignored${why}.`;
    case "info":
      return `Nothing changed${why}.`;
  }
}

function moved(name: string, from: State | undefined, to: State | undefined): string {
  if (!to) return `Counts for ${name}.`;
  if (!from) return `First event for ${name}. Status: ${stateWord(to)}.`;
  if (from === to) return `Counts for ${name}, which stays ${stateWord(to)}.`;
  return `Moved ${name} from ${stateWord(from)} to ${stateWord(to)}.`;
}

/** The delivery that first reported what an event repeats; undefined where it is the first. */
export function firstTold(timeline: readonly Effect[], { event, evidence, subject, seq }: Effect): number | undefined {
  return timeline.find(
    (one) => one.event === event && one.evidence === evidence && one.subject === subject && one.seq < seq,
  )?.seq;
}
