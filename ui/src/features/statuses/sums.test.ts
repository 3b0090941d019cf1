import { expect, it } from "vitest";
import type { Status } from "../../entities/status/status";
import { detail, status } from "../../entities/status/testing";
import { hasSums, moneySentence, paymentCount, rowNote, sumsOf } from "./sums";

const order = (change: Partial<Status>) => status(1, { level: "order", ...change });

const notes: Record<string, [Partial<Status>, string]> = {
  "a plain payment": [{ captured: 4900, due: 4900 }, ""],
  "a split payment of which a part is held": [
    { state: "partially_paid", captured: 1500, held: 5500, due: 7000 },
    "€15.00 of €70.00 paid, €55.00 held",
  ],
  "a part of an unknown sum": [{ state: "partially_paid", captured: 1500 }, "€15.00 paid"],
  "a refund": [{ state: "partially_refunded", captured: 4900, refunded: 2000 }, "€20.00 refunded"],
  "a refund of all, which state and amount say": [{ state: "refunded", captured: 4900, refunded: 4900 }, ""],
  "a refund beside a hold": [{ captured: 4900, refunded: 4900, held: 4900 }, "€49.00 refunded, €49.00 held"],
  "an order cancelled after payment": [{ state: "canceled", captured: 6420 }, "€64.20 captured"],
  "a hold": [{ state: "authorized", held: 4900, due: 4900 }, ""],
  "a hold of a part": [{ state: "authorized", held: 4900, due: 9800 }, "€49.00 of €98.00 held"],
  "a trial": [{ nothing_due: "trial" }, "trial"],
  "a shared reference, without any sum": [{ state: "ambiguous", captured: 100, refunded: 100 }, ""],
};

for (const [name, [change, note]] of Object.entries(notes)) {
  it(`notes in a row: ${name}`, () => expect(rowNote(order(change))).toBe(note));
}

it("counts payments, or attempts while none brought money", () => {
  expect(paymentCount(order({ payments: 1, captured: 1 }))).toBe("");
  expect(paymentCount(order({ payments: 2, captured: 1 }))).toBe("2 payments");
  expect(paymentCount(order({ payments: 3, state: "failed" }))).toBe("3 attempts");
});

it("says what was kept beyond what was due only where the server says so", () => {
  const twice = { captured: 9800, refunded: 2000, due: 4900 };
  expect(sumsOf(order({ ...twice, review: ["paid_twice"] })).over).toBe(2900);
  expect(sumsOf(order(twice)).over).toBe(0);
  expect(sumsOf(order({ review: ["overpaid"], captured: 100 })).over).toBe(0); // nobody said what is due
});

it("says what is outstanding: neither captured nor held", () => {
  const part = { state: "partially_paid", captured: 1500, due: 7000 };
  expect(sumsOf(order(part)).outstanding).toBe(5500);
  expect(sumsOf(order({ ...part, held: 5500 })).outstanding).toBe(0);
  expect(sumsOf(order({ ...part, state: "canceled" })).outstanding).toBe(0);
});

it("shows figures where the heading does not say it all, and none of a shared reference", () => {
  expect(hasSums(order({ captured: 4900, due: 4900 }))).toBe(false);
  expect(hasSums(order({ captured: 4900, due: 4900, payments: 2 }))).toBe(true);
  expect(hasSums(order({ captured: 4900, refunded: 900 }))).toBe(true);
  expect(hasSums(order({ state: "ambiguous", captured: 4900, refunded: 900, payments: 2 }))).toBe(false);
});

const sentences: Record<string, [Parameters<typeof detail>[1], string]> = {
  "a plain payment": [{ captured: 4900, due: 4900 }, ""],
  "a refund": [{ state: "refunded", captured: 4900, due: 4900, refunded: 4900 }, "€49.00 refunded."],
  "a double payment": [
    {
      captured: 9800,
      due: 4900,
      refunded: 2000,
      members: [2, 3].map((n) => status(n, { level: "payment", captured: 4900 })),
    },
    "€49.00 due, €98.00 captured by 2 payments, €20.00 refunded.",
  ],
  "a split payment": [
    { state: "partially_paid", captured: 1500, held: 5500, due: 7000 },
    "€15.00 of €70.00 paid, €55.00 held.",
  ],
  "a written-off invoice": [{ state: "canceled", cause: "written_off" }, "The invoice was written off."],
  "an approval": [
    { state: "pending", cause: "approved" },
    "The customer approved the payment. It is not captured yet.",
  ],
  "a free order": [{ nothing_due: "free" }, "Nothing is due: the total is zero."],
  "a shared reference": [{ state: "ambiguous", captured: 100, due: 50 }, ""],
};

for (const [name, [change, sentence]] of Object.entries(sentences)) {
  it(`says in the header: ${name}`, () => expect(moneySentence(detail(1, change))).toBe(sentence));
}
