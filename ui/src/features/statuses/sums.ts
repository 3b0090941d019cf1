// The figures of a payment or order, and the phrases that name them in rows and headers.

import type { Status, StatusDetail } from "../../entities/status/status";
import { formatAmount } from "../../lib/amount";

/** Amounts in minor units of the status's currency; 0 where there is none. */
export interface Sums {
  /** What is to be paid in total. */
  due: number;
  captured: number;
  /** Authorized, neither captured nor released. */
  held: number;
  refunded: number;
  /** What was kept beyond what was due. */
  over: number;
  /** What is due and neither captured nor held. */
  outstanding: number;
}

/** The reasons for review that mean that more than due was kept. */
const kept = ["paid_twice", "overpaid"];

/** The figures of a status. Over and outstanding are figures only where the server says that there is a difference. */
export function sumsOf({ due = 0, captured = 0, held = 0, refunded = 0, state, review }: Status): Sums {
  const net = captured - refunded;
  const isOver = due > 0 && (review ?? []).some((reason) => kept.includes(reason));
  return {
    due,
    captured,
    held,
    refunded,
    over: isOver ? Math.max(0, net - due) : 0,
    outstanding: state === "partially_paid" ? Math.max(0, due - net - held) : 0,
  };
}

/** Whether the figures say more than the heading, which has the state and one amount. */
export function hasSums(status: Status): boolean {
  const { captured, held, refunded, over, outstanding } = sumsOf(status);
  const figures = [captured, held, refunded, over, outstanding].filter((figure) => figure > 0);
  return status.state !== "ambiguous" && (figures.length > 1 || (figures.length > 0 && (status.payments ?? 0) > 1));
}

/** Why nothing is due, in a row. The header has sentences of its own. */
const nothingDue: Record<NonNullable<Status["nothing_due"]>, string> = {
  trial: "trial",
  free: "the total is zero",
  setup: "payment method saved",
};

/** What a row says beside the state and the amount, if there is more to say. */
export function rowNote(status: Status): string {
  const { currency, state, nothing_due } = status;
  const { due, captured, held, refunded } = sumsOf(status);
  const money = (amount: number) => formatAmount(amount, currency);
  if (nothing_due) return nothingDue[nothing_due] ?? nothing_due;
  if (state === "ambiguous") return "";
  if (state === "refunded" && refunded === status.amount && held === 0) return ""; // the row says so already
  if (state === "partially_paid") return partPaid(status);
  const heldToo = held > 0 && state !== "authorized" ? `, ${money(held)} held` : "";
  if (refunded > 0) return `${money(refunded)} refunded${heldToo}`;
  if (state === "authorized" && due > held) return `${money(held)} of ${money(due)} held`;
  if (captured > 0 && !["paid", "authorized"].includes(state)) return `${money(captured)} captured${heldToo}`;
  return heldToo.replace(", ", "");
}

/** “€15.00 of €70.00 paid, €55.00 held”. */
function partPaid(status: Status): string {
  const { due, captured, held, refunded } = sumsOf(status);
  const money = (amount: number) => formatAmount(amount, status.currency);
  return [
    due > 0 ? `${money(captured)} of ${money(due)} paid` : `${money(captured)} paid`,
    held > 0 ? `${money(held)} held` : "",
    refunded > 0 ? `${money(refunded)} refunded` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** How many payments an order has. They are attempts until one of them brings money. */
export function paymentCount(status: Pick<Status, "payments" | "captured" | "held" | "state">): string {
  const { payments = 0, captured = 0, held = 0, state } = status;
  if (payments < 2) return "";
  return `${payments} ${captured + held > 0 || state === "ambiguous" ? "payments" : "attempts"}`;
}

/** What is said of causes that people can act on. Others are left to the timeline. */
const causes: Record<string, string> = {
  written_off: "The invoice was written off.",
  approved: "The customer approved the payment. It is not captured yet.",
  no_details: "The provider sent only an id. The amount and the order are not known yet.",
};

const nothingDueSentences: Record<NonNullable<Status["nothing_due"]>, string> = {
  trial: "Nothing is due during the trial.",
  free: "Nothing is due: the total is zero.",
  setup: "A payment method was saved. Nothing was charged.",
};

/** What the header says about the money, in sentences; empty if the heading says it all. */
export function moneySentence(status: StatusDetail): string {
  const { nothing_due, cause = "", state, currency, members } = status;
  const { due, captured, held, refunded } = sumsOf(status);
  const money = (amount: number) => formatAmount(amount, currency);
  if (nothing_due) return nothingDueSentences[nothing_due] ?? "";
  const paying = (members ?? []).filter((one) => (one.captured ?? 0) > 0 && one.level === "payment").length;
  const phrases =
    state === "ambiguous"
      ? []
      : state === "partially_paid"
        ? [partPaid(status)]
        : [
            due > 0 && captured > 0 && due !== captured ? `${money(due)} due` : "",
            captured > 0 && (captured !== due || paying > 1) && (refunded !== captured || paying > 1)
              ? `${money(captured)} captured${paying > 1 ? ` by ${paying} payments` : ""}`
              : "",
            held > 0 && (state !== "authorized" || due > held) ? `${money(held)} held` : "",
            refunded > 0 ? `${money(refunded)} refunded` : "",
          ].filter(Boolean);
  return [phrases.length > 0 ? `${phrases.join(", ")}.` : "", causes[cause] ?? ""].filter(Boolean).join(" ");
}
