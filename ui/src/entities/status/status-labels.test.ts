import { expect, it } from "vitest";
import { inOrder, nounOf, stateLabel, titleOf, toneOf } from "./status-labels";

it("puts states as things go, and an endpoint's own last", () => {
  expect(inOrder(["shipped", "failed", "paid", "pending", "baked"])).toEqual([
    "pending",
    "paid",
    "failed",
    "baked",
    "shipped",
  ]);
});

it("names subjects by their reference", () => {
  expect(titleOf({ subject: "payment/pi_1", reference: "10-4471" })).toBe("10-4471");
  expect(titleOf({ subject: "run/42", title: "build on main" })).toBe("build on main");
});

it("calls an order by that name, also where the shop's own number stands for it", () => {
  expect(nounOf({ level: "reference", kind: "payment" })).toBe("order");
  expect(nounOf({ level: "payment", kind: "payment" })).toBe("payment");
  expect(nounOf({ kind: "run" })).toBe("run");
});

it("has names for the states of orders", () => {
  expect(stateLabel({ state: "partially_paid" })).toBe("Partially paid");
  expect(stateLabel({ state: "ambiguous" })).toBe("Shared reference");
  expect(stateLabel({ state: "paid", nothing_due: "trial" })).toBe("Nothing due");
  expect(["partially_paid", "ambiguous"].map(toneOf)).toEqual(["warning", "warning"]);
});
