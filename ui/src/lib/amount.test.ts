import { expect, it } from "vitest";
import { formatAmount } from "./amount";

it("writes minor units as each currency has them", () => {
  expect(formatAmount(4900, "EUR")).toBe("€49.00");
  expect(formatAmount(120000, "inr")).toBe("₹1,200.00");
  expect(formatAmount(4900, "JPY")).toBe("¥4,900");
  expect(formatAmount(49000, "KWD")).toBe("KWD\u00a049.000");
  expect(formatAmount(49050, "HUF")).toBe("HUF\u00a0490.50");
});

it("shows what is no currency as it is", () => {
  expect(formatAmount(4900)).toBe("49.00");
  expect(formatAmount(4900, "points")).toBe("49.00 points");
});
