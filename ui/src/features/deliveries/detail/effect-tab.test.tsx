import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { statusQuery } from "../../../entities/status/queries";
import type { Effect } from "../../../entities/status/status";
import type { DeliveryDetail } from "../../../lib/api";
import { EffectTab } from "./effect-tab";
import { SubjectTab } from "./subject-tab";

const delivery = {
  id: "dlv_14",
  seq: 14,
  endpoint: "ep_1",
  verdict: "verified",
  headers: [],
} as never as DeliveryDetail;

const effect = (change: Partial<Effect>): Effect => ({
  effect: "applied",
  status: "sub_1",
  subject: "payment/pi_3P",
  kind: "payment",
  evidence: "captured",
  event: "evt_1",
  at: "2026-11-23T14:41:10Z",
  received_at: "2026-11-23T14:41:11Z",
  seq: 14,
  delivery: "dlv_14",
  from: "processing",
  to: "paid",
  ...change,
});

const late = effect({ effect: "late", rule: "money_outranks", evidence: "failed", from: "paid" });

it("says what moved, and why the rest did not, each leading to its subject", () => {
  render(<EffectTab delivery={delivery} effects={[effect({}), late]} />);
  const [first, second] = within(screen.getByRole("list", { name: "Effects" })).getAllByRole("listitem");
  expect(first?.textContent).toContain("Moved payment pi_3P from processing to paid.");
  expect(second?.textContent).toMatch(/^Late: ignored, because money was captured before, and a failed attempt/);
  expect(
    within(first as HTMLElement)
      .getByRole("link")
      .getAttribute("href"),
  ).toBe("/statuses/sub_1");
});

it("says which delivery it repeats, and where it tells of nothing", () => {
  const again = { ...delivery, duplicate_of: 11870 };
  const { rerender } = render(<EffectTab delivery={again} effects={[effect({ effect: "duplicate" })]} />);
  expect(screen.getByText("Duplicate of #11,870: nothing changed.")).toBeTruthy();
  rerender(<EffectTab delivery={delivery} effects={[]} />);
  expect(screen.getByText(/tells of no payment, order, run or deployment/)).toBeTruthy();
  rerender(<EffectTab delivery={{ ...delivery, verdict: "rejected" }} effects={[]} />);
  expect(screen.getByText(/A rejected delivery moves nothing/)).toBeTruthy();
});

it("says that a delivery said too much to be read, and names no subject", () => {
  const only = { effect: "too_much" } as Effect;
  render(<EffectTab delivery={delivery} effects={[only]} />);
  expect(screen.getByRole("listitem").textContent).toBe(
    "This delivery reports more than one delivery may, so nothing in it counts.",
  );
  expect(screen.queryByRole("link")).toBeNull();
});

it("shows the subject's life, with the delivery marked in it", async () => {
  const client = new QueryClient();
  const created = effect({ evidence: "created", event: "evt_0", seq: 9, delivery: "dlv_9", to: "processing" });
  delete created.from;
  const timeline = [created, effect({})];
  const whole = { id: "sub_1", kind: "payment", subject: "payment/pi_3P", state: "paid", tone: "success", timeline };
  client.setQueryData(statusQuery("sub_1").queryKey, whole as never);
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("nothing answers"));
  render(
    <QueryClientProvider client={client}>
      <SubjectTab delivery={delivery} statuses={["sub_1"]} />
    </QueryClientProvider>,
  );
  const steps = within(screen.getByRole("list", { name: "Timeline" })).getAllByRole("listitem");
  expect(steps.map((step) => step.getAttribute("aria-current"))).toEqual([null, "true"]);
  expect(
    within(steps[0] as HTMLElement)
      .getByRole("link")
      .getAttribute("href"),
  ).toBe("/deliveries/dlv_9?tab=effect");
});
