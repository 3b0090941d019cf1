// What needs review: for each reason its name, what is wrong, and what to do about it.
//
// The server marks a status where events contradict each other or where money is not as it should be. The dashboard
// only explains the mark, so a reason without words here still shows, as one that this page does not know.

import type { Status, StatusDetail } from "../../entities/status/status";
import { capital, stateWord } from "../../entities/status/status-labels";
import { formatAmount } from "../../lib/amount";
import { sumsOf } from "./sums";

/** The reasons that the server may give, in the order in which they are listed. */
export const reviewReasons = [
  "paid_twice",
  "overpaid",
  "capture_failed",
  "currencies_differ",
  "reference_shared",
  "too_many_payments",
  "too_many_parts",
  "too_many_aliases",
  "paid_in_part",
  "underpaid",
] as const;

type Reason = (typeof reviewReasons)[number];

/** The name of a reason; a newer server may have more of them. */
export const reasonLabel = (reason: string) => capital(stateWord(reason));

/** One reason, explained. */
export interface ReviewNote {
  reason: string;
  title: string;
  /** What is wrong, in sums. */
  problem: string;
  /** What to do, and where. `{payment}` and `{settings}` in it stand for links to the two below. */
  action: string;
  /** The payment that the action is about, if there is one. */
  payment?: Status;
  /** The endpoint whose settings for order numbers the action is about, by its id. */
  settings?: string;
}

/** Why a person should look at a status. Reasons for which somebody looked at it already are left out. */
export function reviewNotes(status: StatusDetail): ReviewNote[] {
  if (!status.needs_review) return [];
  const reasons = (status.review ?? []).filter((reason) => !status.reviewed?.review.includes(reason));
  if (reasons.length === 0) {
    return [
      {
        reason: "contradiction",
        title: "Needs review",
        problem: "Events contradict each other.",
        action: "Compare the timeline with the payment at the provider.",
      },
    ];
  }
  return reasons.map((reason) => {
    const words = texts[reason as Reason]?.(status) ?? {
      problem: "The server reports a reason that this page does not know.",
      action: "Check the payment at the provider.",
    };
    return { reason, title: `Needs review: ${stateWord(reason)}`, ...words };
  });
}

/** What is said of one reason. Sentences are whole also where no sum is known, because many providers send none. */
type Words = Omit<ReviewNote, "reason" | "title">;

/** The sentences of each reason. A reason that is added above has none until it stands here, which the types demand. */
const texts: Record<Reason, (status: StatusDetail) => Words> = {
  paid_twice: (status) => {
    const { due, captured, refunded, over } = sumsOf(status);
    const money = moneyOf(status);
    const payment = over > 0 ? newestThatKept(status, over) : undefined;
    const sums = over > 0 ? `: ${money(captured)} was captured, ${money(due)} was due.` : ".";
    const returned =
      over > 0 && refunded > 0
        ? ` ${money(refunded)} was refunded. ${money(over)} more than due is still with you.`
        : "";
    const what = over > 0 ? `${money(over)}${payment ? " of {payment}" : ""}` : "one of them";
    return {
      problem: `Several payments succeeded${sums}${returned}`,
      action: `Refund ${what} at the provider. The refund event clears this note.`,
      ...(payment && { payment }),
    };
  },
  overpaid: (status) => ({
    problem: `${`${moneyOf(status)(sumsOf(status).over)} more`.trim()} than due was captured.`.replace(/^m/, "M"),
    action: "Refund it at the provider, or keep it as agreed with the customer.",
  }),
  capture_failed: (status) => {
    const { captured, due, held } = sumsOf(status);
    const money = moneyOf(status);
    const of = Math.max(due, captured + held);
    const payment = (status.members ?? []).find(({ review }) => review?.includes("capture_failed"));
    return {
      problem:
        captured > 0
          ? `${money(captured)}${of > captured ? ` of ${money(of)}` : ""} was captured. One capture failed.`
          : "A capture failed. Nothing was captured.",
      action: `Capture ${payment ? "{payment}" : "it"} again at the provider, or release the rest.`,
      ...(payment && { payment }),
    };
  },
  currencies_differ: ({ currency, members }) => {
    const all = new Set([currency, ...(members ?? []).map((one) => one.currency)].filter((one) => !!one));
    const counted = currency ? ` Only ${currency} counts towards what is due.` : "";
    return {
      problem:
        all.size > 1
          ? `Payments are in ${[...all].join(" and ")}.${counted}`
          : `Events report amounts in more than one currency.${counted}`,
      action: "Check the payments at the provider. Amounts in different currencies are never added up.",
    };
  },
  reference_shared: ({ reference, endpoint }) => ({
    problem:
      `Two customers used ${reference ? `the number ${reference}` : "this number"}, ` +
      "so a link by it shows no payment.",
    action:
      "Link to the payment or the checkout instead. If two shops share this endpoint’s account, or if every number " +
      "is one order, say so in {settings}.",
    settings: endpoint,
  }),
  too_many_payments: () => ({
    problem: "More than 64 payments use this number. It is not one order, so a link by it shows no payment.",
    action: "Link to the payment or the checkout instead.",
  }),
  too_many_parts: () => ({
    problem: "There are more than 128 captures or refunds. The oldest are not itemized.",
    action: "Compare the sums with those at the provider.",
  }),
  too_many_aliases: () => ({
    problem: "Events give it more ids than one status can have. Further ids have statuses of their own.",
    action: "Create links with one of the ids that are listed here.",
  }),
  paid_in_part: (status) => ({
    problem: `The customer sent less than ${moneyOf(status)(sumsOf(status).due) || "what is"} due.`,
    action: "Ask the customer for the rest, or return the payment at the provider.",
  }),
  underpaid: () => ({
    problem: "The provider reports that less than due arrived.",
    action: "Accept the payment at the provider, ask the customer for the rest, or return it.",
  }),
};

/** Formats amounts of a status; "" for 0, which stands for unknown. */
const moneyOf =
  ({ currency }: Status) =>
  (amount: number) =>
    amount > 0 ? formatAmount(amount, currency) : "";

/** The newest payment that kept at least so much: the one to refund. */
function newestThatKept({ members }: StatusDetail, amount: number): Status | undefined {
  return (members ?? [])
    .filter(({ level, captured = 0, refunded = 0 }) => level === "payment" && captured - refunded >= amount)
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
}
