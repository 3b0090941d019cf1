import { fireEvent, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { detail, effect, status } from "../../entities/status/testing";
import { customersPage, fakeApi, open, pushUpdates, rows } from "./testing";

it("lists what there is, and follows it", async () => {
  const first = status(1, { state: "processing", tone: "active", reference: "10-4471", customer: "ada@example.com" });
  const { kept } = fakeApi([first, status(2, { mode: "test", dispute: "open", amount: 120000, currency: "INR" })]);
  await open("/statuses");
  await screen.findByRole("grid", { name: "Statuses" });
  expect(rows()).toEqual([
    expect.stringMatching(/^Processing 10-4471 €49.00 ada@example.com stripe /),
    expect.stringMatching(/^Paid pi_2 disputedtest ₹1,200.00 stripe /),
  ]);
  const chips = () => within(screen.getByRole("group", { name: "States" })).getAllByRole("button");
  expect(chips().map((chip) => chip.textContent)).toEqual(["All 2", "Processing 1", "Paid 1"]);

  kept[0] = { ...first, seq: 3, state: "paid", tone: "success" };
  await pushUpdates(kept[0], status(4, { state: "failed", tone: "failure" }));
  await vi.waitFor(() => expect(rows()).toHaveLength(3));
  expect(rows().map((row) => row?.split(" ")[0])).toEqual(["Failed", "Paid", "Paid"]);
  await vi.waitFor(() => expect(chips().map((chip) => chip.textContent)).toEqual(["All 2", "Paid 2"]), 3000);
});

it("filters by a press and by words, and the address says so", async () => {
  fakeApi([status(1, { reference: "10-4471" }), status(2, { state: "failed", tone: "failure" })]);
  const history = await open("/statuses");
  await userEvent.click(await screen.findByRole("button", { name: /^Failed/ }));
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
  expect(history.at(-1)).toBe("/statuses?state=failed");
  await userEvent.click(screen.getByRole("button", { name: /^Failed/ }));
  await userEvent.type(screen.getByRole("textbox", { name: "Search" }), "4471");
  await vi.waitFor(() => expect(history.at(-1)).toBe("/statuses?q=4471"));
  await vi.waitFor(() => expect(rows()).toEqual([expect.stringContaining("10-4471")]));
  await userEvent.type(screen.getByRole("textbox", { name: "Search" }), "2");
  await userEvent.click(await screen.findByRole("button", { name: "Show all statuses" }));
  await vi.waitFor(() => expect(rows()).toHaveLength(2));
});

it("tells how a payment came there, what counted, and why the rest did not", async () => {
  const timeline = [
    effect({
      seq: 9,
      evidence: "created",
      to: "pending",
      event: "evt_0",
      delivery: "dlv_9",
      amount: 4900,
      currency: "EUR",
    }),
    effect({ from: "pending", to: "paid" }),
    effect({ seq: 13, effect: "duplicate", delivery: "dlv_13" }),
    effect({ seq: 14, effect: "late", rule: "money_outranks", evidence: "failed", event: "evt_2", delivery: "dlv_14" }),
  ];
  const whole = detail(1, { timeline, late: true, refunded: 900, aliases: ["payment/pi_1", "order/10-4471"] });
  fakeApi([status(1)], [whole]);
  await open("/statuses/sub_1");
  const pane = await screen.findByRole("complementary", { name: "Status" });
  expect(await within(pane).findByRole("heading", { name: "Paid €49.00" })).toBeTruthy();
  expect(pane.textContent).toContain("€9.00 refunded.");
  expect(within(pane).getByRole("list", { name: "Worth knowing" }).textContent).toContain(
    "It was paid after it had ended.",
  );
  expect(within(pane).getByRole("list", { name: "Names" }).textContent).toContain("order/10-4471");
  const steps = within(within(pane).getByRole("list", { name: "Timeline" })).getAllByRole("listitem");
  expect(steps.map((step) => step.dataset["moved"])).toEqual(["false", "false", "true", "true"]); // the newest first
  expect(steps[0]?.textContent).toContain("money was captured before, and a failed attempt does not undo that");
  expect(steps[1]?.textContent).toContain("Duplicate of #12");
  expect(steps[2]?.textContent).toContain("Pending → paid");
  expect(steps[3]?.textContent).toContain("Started, €49.00");
  const links = steps.map((step) => within(step).getByRole("link").getAttribute("href"));
  expect(links[0]).toBe("/deliveries/dlv_14?tab=effect");
});

it("shows what the customer sees, whether somebody saw it, and makes the link", async () => {
  const written = vi.fn(async () => {});
  Object.defineProperty(navigator, "clipboard", { value: { writeText: written }, configurable: true });
  const at = "2026-11-23T14:41:10.000Z";
  const whole = detail(1, {
    mode: "test",
    reference: "10-4471",
    steps: [
      { state: "pending", at, seq: 1 },
      { state: "paid", at, seq: 2 },
    ],
    impressions: [{ state: "paid", at, by: "socket" }],
  });
  const answer = { status: "paid", title: "Payment received", tone: "success", reference: "10-4471" } as const;
  const { sent } = fakeApi([status(1)], [whole], { "payment/pi_1": { ...answer, final: true, note: "Thank you." } });
  await open("/statuses/sub_1?tab=customer");
  expect(await customersPage()).toBe("Acme StorePayment receivedThank you.");
  const seen = screen.getAllByRole("definition").map((one) => one.textContent);
  expect(seen).toEqual([expect.stringContaining("over the live connection"), "not shown"]);

  fireEvent.change(screen.getByLabelText(/Valid for/), { target: { value: "24h" } });
  fireEvent.click(screen.getByRole("button", { name: "Copy status link" }));
  await screen.findByText("Copied the status link");
  expect(written).toHaveBeenCalledWith("http://hooks.test/status/payment/pi_1");
  const link = { endpoint: "ep_1", subject: "payment/pi_1", mode: "test" };
  expect(sent).toEqual([
    { ...link, expires_in: "1h" }, // for the preview
    { ...link, expires_in: "24h" },
  ]);
});

it("says what waiting is like, and that nobody opened the page yet", async () => {
  const time_to_paid = { p50: 8, p90: 20, samples: 40 };
  const waits = { state: "processing", tone: "active", time_to_paid, created_at: new Date().toISOString() } as const;
  fakeApi([status(1)], [detail(1, waits)]);
  await open("/statuses/sub_1?tab=customer");
  expect(await screen.findAllByText("Usually confirmed within 8 seconds; 9 in 10 within 20.")).toHaveLength(1);
  expect(screen.getByText("Not opened yet.")).toBeTruthy();
});

it("finds what turned out to be another's, and marks its row", async () => {
  fakeApi([status(2, { merged: ["sub_1"] })], [detail(2, { merged: ["sub_1"] })]);
  await open("/statuses/sub_1");
  await vi.waitFor(() => expect(screen.getByRole("row", { selected: true }).id).toBe("row-sub_2"));
});

it("says what is so where there is no such status", async () => {
  fakeApi([status(1)]);
  await open("/statuses/sub_9");
  expect((await screen.findByRole("alert")).textContent).toContain("There is no such status.");
});

it("explains itself while nothing was told, and sends a sample payment", async () => {
  const { requests } = fakeApi([]);
  await open("/statuses");
  await userEvent.click(await screen.findByRole("button", { name: "Send a sample payment" }));
  expect(await screen.findByText("Sent a sample payment to stripe")).toBeTruthy();
  expect(requests).toContain("POST /endpoints/ep_1/sample?");
  await pushUpdates(status(9));
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
});
