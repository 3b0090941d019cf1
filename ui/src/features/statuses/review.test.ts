import { expect, it } from "vitest";
import { detail, status } from "../../entities/status/testing";
import { reviewNotes, reviewReasons } from "./review";

const note = (change: Parameters<typeof detail>[1]) => reviewNotes(detail(1, { needs_review: true, ...change }))[0];

it("explains every reason, and says what to do", () => {
  for (const reason of reviewReasons) {
    const { title, problem, action } = note({ review: [reason], due: 4900, captured: 9800 }) ?? {};
    expect(title).toMatch(/^Needs review: [a-z ]+$/);
    for (const text of [problem, action]) {
      expect(text).toMatch(/^[A-Z€].*\.$/);
      expect(text).not.toMatch(/undefined|does not know| {2}/);
    }
  }
});

it("writes whole sentences where sums are unknown", () => {
  for (const reason of reviewReasons) {
    const { problem, action } = note({ review: [reason] }) ?? {};
    for (const text of [problem, action]) expect(text).not.toMatch(/undefined| {2}| \.|^m/);
  }
});

it("names the payment to refund: the newest that kept so much", () => {
  const paid = { level: "payment", captured: 4900 } as const;
  const members = [
    status(2, { ...paid, created_at: "2026-11-23T14:00:00Z" }),
    status(3, { ...paid, created_at: "2026-11-23T15:00:00Z", refunded: 2000 }),
    status(4, { ...paid, created_at: "2026-11-23T16:00:00Z", captured: 0 }),
  ];
  const twice = note({ review: ["paid_twice"], due: 4900, captured: 9800, refunded: 2000, members });
  expect(twice?.problem).toBe(
    "Several payments succeeded: €98.00 was captured, €49.00 was due. €20.00 was refunded. " +
      "€29.00 more than due is still with you.",
  );
  expect(twice?.action).toMatch(/^Refund €29.00 of {payment} at the provider/);
  expect(twice?.payment?.id).toBe("sub_3");
});

it("names the currencies, and the one that counts", () => {
  const members = [status(2, { currency: "USD" }), status(3, { currency: "EUR" })];
  expect(note({ review: ["currencies_differ"], currency: "EUR", members })?.problem).toBe(
    "Payments are in EUR and USD. Only EUR counts towards what is due.",
  );
});

it("says what was not captured", () => {
  expect(note({ review: ["capture_failed"], captured: 4500, due: 8000 })?.problem).toBe(
    "€45.00 of €80.00 was captured. One capture failed.",
  );
});

it("leaves out the reasons for which somebody looked at it", () => {
  const reviewed = { at: "2026-11-23T14:41:10Z", by: "local", review: ["paid_twice"] };
  const both = detail(1, { needs_review: true, review: ["paid_twice", "capture_failed"], reviewed });
  expect(reviewNotes(both).map(({ reason }) => reason)).toEqual(["capture_failed"]);
});

it("is silent where nothing needs review, and says something where no reason is known", () => {
  expect(reviewNotes(detail(1, { review: ["paid_twice"] }))).toEqual([]);
  expect(note({})?.problem).toBe("Events contradict each other.");
  expect(note({ review: ["moon_is_full"] })?.title).toBe("Needs review: moon is full");
});
