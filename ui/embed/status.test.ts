import { expect, it } from "vitest";
import { parse, readStatus } from "./status";

const nothing = { status: "paid", tone: "pending", final: false, test: false, timeline: [] };
const at = "2026-11-23T14:41:00.000Z";

const cases: Record<string, [unknown, object | undefined]> = {
  "everything that is known": [
    {
      ...{ title: "Received", note: "Thank you.", poll_after: 60, nothing_due: "trial" },
      ...{ status: "paid", kind: "payment", tone: "success", final: true, test: true, fulfilment: "fulfilled" },
      ...{
        amount: 4900,
        due: 5000,
        refunded: 900,
        currency: "EUR",
        reference: "10-4471",
        started_at: at,
        updated_at: at,
      },
      ...{ timeline: [{ status: "paid", at }], time_to_paid: { p50: 8, p90: 20, samples: 312 }, secret: "whatever" },
    },
    {
      ...{ title: "Received", note: "Thank you.", poll_after: 60, nothing_due: "trial" },
      ...{ status: "paid", kind: "payment", tone: "success", final: true, test: true, fulfilment: "fulfilled" },
      ...{
        amount: 4900,
        due: 5000,
        refunded: 900,
        currency: "EUR",
        reference: "10-4471",
        started_at: at,
        updated_at: at,
      },
      ...{ timeline: [{ status: "paid", at }], time_to_paid: { p50: 8, p90: 20 } },
    },
  ],
  "a status and nothing else": [{ status: "paid" }, nothing],
  "a tone of tomorrow": [{ status: "paid", tone: "triumphant" }, nothing],
  "values of another sort": [{ status: "paid", final: "true", test: 1, amount: "4900", currency: 978 }, nothing],
  "steps that are none": [
    { status: "paid", timeline: [null, "paid", { status: "paid" }, { at }, { status: "paid", at, by: "evt_1" }] },
    { ...nothing, timeline: [{ status: "paid", at }] },
  ],
  "a duration that is none": [{ status: "paid", time_to_paid: { p50: 8 }, timeline: {} }, nothing],
  "no status": [{ final: true }, undefined],
  "no object": ["paid", undefined],
  null: [null, undefined],
};

for (const [name, [raw, status]] of Object.entries(cases)) {
  it(`reads ${name}`, () => expect(readStatus(raw)).toEqual(status));
}

it("reads no text that is no JSON", () => {
  expect(parse("<html>")).toBeUndefined();
  expect(parse('{"a":1}')).toEqual({ a: 1 });
});
