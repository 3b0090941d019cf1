import { expect, it } from "vitest";
import { effectSentence, evidenceLabel, firstTold } from "./effect-labels";
import type { Effect } from "./status";

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
  "the first event": [{ to: "action_required" }, "First event for payment pi_3P. Status: action required."],
  "what counts and changes no state": [
    { from: "partially_refunded", to: "partially_refunded" },
    "Counts for payment pi_3P, which stays partially refunded.",
  ],
  "what repeats the state": [{ rule: "same_state", from: "paid", to: "paid" }, "Confirms that payment pi_3P is paid."],
  "a duplicate": [{ effect: "duplicate" }, "Duplicate of #11,870: nothing changed.", 11870],
  "a duplicate of an unknown delivery": [{ effect: "duplicate" }, "Duplicate of an earlier delivery: nothing changed."],
  "what came late": [
    { effect: "late", rule: "money_outranks", evidence: "failed" },
    "Late: ignored, because money was captured before, and a failed attempt does not undo that.",
  ],
  "a rule of tomorrow": [{ effect: "late", rule: "moon_is_full" }, "Late: ignored, because moon_is_full."],
  "a mention": [
    { effect: "info", evidence: "info", rule: "same_state" },
    "Nothing changed, because it repeats what was known.",
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

it("finds the first report of the same subject only", () => {
  const again = effect({ event: "evt_1", subject: "payment/pi_3P", seq: 20 });
  const others = [effect({ event: "evt_1", subject: "order/10-4471", seq: 9 }), effect({ seq: 12 })];
  expect(firstTold(others, again)).toBe(12);
});

it("names what an event reported, with its amount", () => {
  expect(evidenceLabel({ evidence: "refund", amount: 900, currency: "EUR" })).toBe("Refunded €9.00");
  expect(evidenceLabel({ evidence: "processing", amount: 900, currency: "EUR" })).toBe("Processing, €9.00");
  expect(evidenceLabel({ evidence: "moon_rose" })).toBe("Moon rose");
});
