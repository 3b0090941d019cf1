import { expect, it } from "vitest";
import { detail } from "../../entities/status/testing";
import { latencyText, lengthWords } from "./latency";

it("names lengths as people do", () => {
  const lengths = [0.2, 8, 61, 120, 7200, 200_000].map(lengthWords);
  expect(lengths).toEqual(["1 second", "8 seconds", "61 seconds", "2 minutes", "2 hours", "3 days"]);
});

it("is honest about waiting", () => {
  const began = Date.parse("2026-11-23T14:41:00Z");
  const waits = detail(1, { time_to_paid: { p50: 8, p90: 200, samples: 12 } });
  expect(latencyText(waits, began + 100_000)).toBe("Usually confirmed within 8 seconds; 9 in 10 within 4 minutes.");
  expect(latencyText(waits, began + 201_000)).toMatch(/^This takes longer than usual/);
  expect(latencyText({ ...waits, final: true }, began)).toBeUndefined();
});
