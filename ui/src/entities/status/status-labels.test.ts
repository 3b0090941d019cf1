import { expect, it } from "vitest";
import type { Effect } from "./status";
import { effectSentence, evidenceLabel, firstTold, inOrder, titleOf } from "./status-labels";

const effect = (change: Partial<Effect>): Effect => ({
  effect: "applied",
  status: "sub_1",
  subject: "payment/pi_3P",
  kind: "payment",
  evidence: "captured",
  event: "evt_1",
  at: "2026-11-23T14:41:10Z",
  received_at: "2026-11-23T14:41:11Z",
  seq: 12,
  ...change,
});

const sentences: Record<string, [Partial<Effect>, string, number?]> = {
  "a move": [{ from: "processing", to: "paid" }, "Moved payment pi_3P from processing to paid."],
  "the first word": [{ to: "action_required" }, "First word of payment pi_3P: it is action required."],
  "what counts and does not move": [
    { from: "partially_refunded", to: "partially_refunded" },
    "Counts for payment pi_3P, which stays partially refunded.",
  ],
  "what was known": [
    { rule: "same_state", from: "paid", to: "paid" },
    "Says of payment pi_3P what was known: it is paid.",
  ],
  "a repeat": [{ effect: "duplicate" }, "Duplicate of #11,870: it moved nothing.", 11870],
  "a repeat of nobody knows what": [{ effect: "duplicate" }, "It was told before, and moved nothing."],
  "what came late": [
    { effect: "late", rule: "money_outranks", evidence: "failed" },
    "Late: ignored, because money that came in outranks a failed attempt: only refunds, " +
      "reversals and failed captures move it.",
  ],
  "a rule of tomorrow": [{ effect: "late", rule: "moon_is_full" }, "Late: ignored, because moon_is_full."],
  "a mention": [
    { effect: "info", evidence: "info", rule: "same_state" },
    "Moved nothing, because it says what was known.",
  ],
};

for (const [name, [change, sentence, first]] of Object.entries(sentences)) {
  it(`says ${name}`, () => expect(effectSentence(effect(change), first)).toBe(sentence));
}

it("finds the delivery that told it first", () => {
  const again = effect({ effect: "duplicate", seq: 20 });
  const others = [effect({ evidence: "created", seq: 9 }), effect({ event: "evt_0", seq: 10 })];
  expect(firstTold([...others, effect({}), again], again)).toBe(12);
  expect(firstTold([again], again)).toBeUndefined();
});

it("puts states as things go, and an endpoint's own last", () => {
  expect(inOrder(["shipped", "failed", "paid", "pending", "baked"])).toEqual([
    "pending",
    "paid",
    "failed",
    "baked",
    "shipped",
  ]);
});

it("names what was said, with its money, and subjects by their reference", () => {
  expect(evidenceLabel({ evidence: "refund", amount: 900, currency: "EUR" })).toBe("Money went back: €9.00");
  expect(evidenceLabel({ evidence: "moon_rose" })).toBe("Moon rose");
  expect(titleOf({ subject: "payment/pi_1", reference: "10-4471" })).toBe("10-4471");
  expect(titleOf({ subject: "run/42", title: "build on main" })).toBe("build on main");
});
