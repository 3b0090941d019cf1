import { expect, it } from "vitest";
import { reasonTexts } from "../../../entities/delivery/reason-texts.gen";
import type { Delivery, DeliveryDetail } from "../../../lib/api";
import { sentence } from "./sentence";

const delivery: Delivery = {
  id: "dlv_1",
  seq: 1043,
  endpoint: "ep_1",
  method: "POST",
  path: "/",
  content_type: "application/json",
  size: 1180,
  verdict: "unsigned",
  received_at: "2026-11-23T14:41:10.386Z",
};
const text = (change: Partial<Delivery & Pick<DeliveryDetail, "integrity">>) =>
  sentence({ ...delivery, integrity: "ok", ...change }, "stripe")
    .map(({ text }) => text)
    .join("");

it.each([
  [{}, "A POST with 1.2 KB of JSON came to stripe. Nothing was checked, so nothing proves who sent it."],
  [
    { method: "GET", size: 0, verdict: "verified", secret: "live" },
    "A GET without a body came to stripe. It is genuine: it matches the secret “live”.",
  ],
  [
    { verdict: "rejected", reason: "signature_missing" },
    "A POST with 1.2 KB of JSON came to stripe and was rejected: the request has no signature or " +
      "secret, and the endpoint requires one.",
  ],
  [
    { verdict: "rejected", reason: "of_a_later_release" },
    "A POST with 1.2 KB of JSON came to stripe and was rejected: its check failed (of a later release).",
  ],
  [
    { verdict: "verified", secret: "live", event: "evt_1", duplicate_of: 1042 },
    "A POST with 1.2 KB of JSON came to stripe. It is genuine: it matches the secret “live”. It " +
      "repeats event evt_1, which came first as #1,042.",
  ],
  [
    { content_type: "application/x-www-form-urlencoded" },
    "A POST with 1.2 KB of data came to stripe. Nothing was checked, so nothing proves who sent it.",
  ],
] as [Partial<Delivery>, string][])("of %j it says: %s", (change, words) => {
  expect(text(change)).toBe(words);
});

it("does not call genuine what was changed after it was stored", () => {
  expect(text({ verdict: "verified", secret: "live", integrity: "damaged" })).toBe(
    "A POST with 1.2 KB of JSON came to stripe.",
  );
});

it.each(Object.keys(reasonTexts))("has words of its own for %s", (reason) => {
  expect(text({ verdict: "rejected", reason })).not.toContain("its check failed");
});
