import { fireEvent, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { StatusDetail } from "../../entities/status/status";
import { detail, effect, status } from "../../entities/status/testing";
import { customersPage, fakeApi, open, pushUpdates, rows } from "./testing";

/** An order that was paid twice, by card and by bank debit, of which 20 euros were refunded. */
function paidTwice(): { order: StatusDetail; payments: StatusDetail[] } {
  const of = (n: number, change: Parameters<typeof detail>[1]) =>
    detail(n, { level: "payment", parent: "sub_9", captured: 4900, due: 4900, ...change });
  const card = of(1, { method: "card", created_at: "2026-11-23T14:02:00Z" });
  const debit = of(2, {
    method: "bank",
    state: "partially_refunded",
    refunded: 2000,
    created_at: "2026-11-23T14:20:00Z",
  });
  const step = (seq: number, subject: string, change: Parameters<typeof effect>[0]) =>
    effect({ seq, subject, event: `evt_${seq}`, delivery: `dlv_${seq}`, currency: "EUR", ...change });
  const order = detail(9, {
    ...{ level: "order", kind: "payment", subject: "checkout/cs_1", aliases: ["checkout/cs_1"] },
    ...{ reference: "10-7001", customer: "ada@example.com", payments: 2 },
    ...{ captured: 9800, due: 4900, due_known: true, refunded: 2000, amount: 9800 },
    ...{ needs_review: true, review: ["paid_twice"] },
    members: [debit, card],
    timeline: [
      step(10, "payment/pi_1", { evidence: "created", to: "pending" }),
      step(11, "payment/pi_1", { amount: 4900, from: "pending", to: "paid" }),
      step(12, "payment/pi_2", { amount: 4900, to: "paid" }),
      step(13, "payment/pi_2", { evidence: "refund", amount: 2000, from: "paid", to: "partially_refunded" }),
    ],
  });
  return { order, payments: [card, debit] };
}

const listed = ({ order, payments }: ReturnType<typeof paidTwice>) => fakeApi([order, status(3)], [order, ...payments]);

it("lists an order as one row, and shows its payments below it on demand", async () => {
  listed(paidTwice());
  await open("/statuses");
  await screen.findByRole("grid", { name: "Statuses" });
  expect(rows()).toEqual([
    expect.stringMatching(/^Paid 10-7001 2 payments €20.00 refundedneeds review €98.00 ada@example.com stripe /),
    expect.stringMatching(/^Paid pi_3 €49.00/),
  ]);
  const fold = screen.getByRole("button", { name: "Payments of 10-7001", expanded: false });
  await userEvent.click(fold);
  await vi.waitFor(() => expect(rows()).toHaveLength(4));
  expect(rows()[1]).toMatch(/^Partially refunded pi_2 bank transfer or debit €20.00 refunded €49.00/);
  expect(rows()[2]).toMatch(/^Paid pi_1 card €49.00/);
  expect(screen.queryByRole("complementary", { name: "Status" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Payments of 10-7001", expanded: true }));
  await vi.waitFor(() => expect(rows()).toHaveLength(2));
});

it("shows and hides payments with the arrow keys", async () => {
  listed(paidTwice());
  await open("/statuses");
  const [row] = await screen.findAllByRole("row");
  row?.focus();
  await userEvent.keyboard("{ArrowRight}");
  await vi.waitFor(() => expect(rows()).toHaveLength(4));
  await userEvent.keyboard("{ArrowDown}{ArrowLeft}"); // from one of its payments too
  await vi.waitFor(() => expect(rows()).toHaveLength(2));
});

it("removes the row of a payment when its order is known", async () => {
  fakeApi([status(1)]);
  await open("/statuses");
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
  await pushUpdates(
    status(9, { seq: 9, level: "reference", reference: "10-7001", payments: 1 }),
    status(1, { seq: 9, parent: "sub_9" }),
  );
  await vi.waitFor(() => expect(rows()).toEqual([expect.stringMatching(/^Paid 10-7001 €49.00/)]));
});

it("says what is due and paid in the row of a split payment", async () => {
  const split = {
    level: "order",
    state: "partially_paid",
    payments: 2,
    captured: 1500,
    held: 5500,
    due: 7000,
  } as const;
  fakeApi([status(1, { ...split, amount: 1500, reference: "A-37" })]);
  await open("/statuses");
  await vi.waitFor(() =>
    expect(rows()).toEqual([
      expect.stringMatching(/^Partially paid A-37 2 payments €15.00 of €70.00 paid, €55.00 held €15.00/),
    ]),
  );
});

it("filters by what needs review and by the reason, and the address says so", async () => {
  const over = status(4, { needs_review: true, review: ["overpaid"], reference: "10-8000" });
  const { order } = paidTwice();
  fakeApi([order, over, status(3)]);
  const history = await open("/statuses");
  await userEvent.click(await screen.findByRole("button", { name: /^Needs review 2/ }));
  await vi.waitFor(() => expect(rows()).toHaveLength(2));
  expect(history.at(-1)).toBe("/statuses?review=any");
  const reasons = screen.getByRole("group", { name: "Reasons" });
  expect(
    within(reasons)
      .getAllByRole("button")
      .map((chip) => chip.textContent),
  ).toEqual(["Any reason 2", "Paid twice 1", "Overpaid 1"]);
  await userEvent.click(within(reasons).getByRole("button", { name: /^Overpaid/ }));
  await vi.waitFor(() => expect(rows()).toEqual([expect.stringContaining("10-8000")]));
  expect(history.at(-1)).toBe("/statuses?review=overpaid");
  await userEvent.click(screen.getByRole("button", { name: /^Paid 3/ })); // a state is another choice
  expect(history.at(-1)).toBe("/statuses?state=paid");
});

it("counts more of what needs review than a page of the list has", async () => {
  const many = Array.from({ length: 150 }, (_, n) => status(n, { needs_review: true, review: ["paid_twice"] }));
  fakeApi([...many, status(200)]);
  await open("/statuses?review=any");
  expect(await screen.findByRole("button", { name: "Needs review 150" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Paid twice 150" })).toBeTruthy();
});

it("shows an order's figures, why it needs review, and its payments", async () => {
  listed(paidTwice());
  const history = await open("/statuses/sub_9?state=paid");
  const pane = await screen.findByRole("complementary", { name: "Status" });
  expect(await within(pane).findByRole("heading", { name: "Paid €98.00" })).toBeTruthy();
  expect(pane.textContent).toContain(
    "Order 10-7001 · ada@example.com · from stripe. €49.00 due, €98.00 captured by 2 payments, €20.00 refunded.",
  );
  const figures = within(pane)
    .getAllByRole("term")
    .map((term) => `${term.textContent} ${term.nextSibling?.textContent}`);
  expect(figures).toEqual(["Due €49.00", "Captured €98.00", "Refunded €20.00", "Over by €29.00"]);
  const note = within(pane).getByRole("region", { name: "Needs review: paid twice" });
  expect(note.textContent).toContain("€29.00 more than due is still with you.");
  expect(note.textContent).toContain("Refund €29.00 of pi_2 at the provider.");

  const payments = within(within(pane).getByRole("region", { name: "Payments" })).getAllByRole("link");
  expect(payments.map((payment) => payment.textContent)).toEqual([
    expect.stringMatching(/^Partially refundedpi_2bank transfer or debit · €20.00 refunded€49.00/),
    expect.stringMatching(/^Paidpi_1card€49.00/),
  ]);
  await userEvent.click(payments[1] as HTMLElement);
  expect(history.at(-1)).toBe("/statuses/sub_1?state=paid");
  expect(await within(pane).findByRole("heading", { name: "Paid €49.00" })).toBeTruthy();
  await userEvent.click(await within(pane).findByRole("link", { name: "order 10-7001" }));
  expect(history.at(-1)).toBe("/statuses/sub_9?state=paid");
});

it("says what was taken over from before the upgrade, and links to no delivery that is gone", async () => {
  const change = { seq: 2, event: "evt_2", delivery: "dlv_2", from: "pending", to: "paid", inherited: true };
  const kept = effect({ seq: 3, event: "evt_3", delivery: "dlv_3", from: "paid", to: "refunded" });
  const whole = detail(1, { inherited: true, timeline: [effect(change), kept] });
  fakeApi([whole], [whole]);
  await open("/statuses/sub_1");
  const pane = await screen.findByRole("complementary", { name: "Status" });
  const timeline = await within(pane).findByRole("list", { name: "Timeline" });
  const [newer, older] = within(timeline).getAllByRole("listitem");
  expect(older?.textContent).toMatch(
    /Pending → paid.*Taken over from before the upgrade: the delivery is no longer kept/,
  );
  expect(within(older as HTMLElement).queryByRole("link")).toBeNull();
  expect(newer?.textContent).not.toMatch(/Taken over/);
  expect(within(newer as HTMLElement).getByRole("link", { name: "#3" })).toBeTruthy();
  expect(within(pane).getByText(/^Some of it was taken over/)).toBeTruthy();
  expect(rows()[0]).not.toMatch(/taken over/);
});

it("lets a person mark an order as reviewed, with a note, and take that back", async () => {
  const { sent } = listed(paidTwice());
  await open("/statuses/sub_9");
  const pane = await screen.findByRole("complementary", { name: "Status" });
  await userEvent.type(await within(pane).findByRole("textbox", { name: "Note" }), "Refunded in cash ");
  await userEvent.click(within(pane).getByRole("button", { name: "Mark as reviewed" }));
  expect(await within(pane).findByText(/^Reviewed by local.*: paid twice\. “Refunded in cash”/)).toBeTruthy();
  expect(within(pane).queryByRole("region", { name: /Needs review/ })).toBeNull();
  await vi.waitFor(() => expect(rows()[0]).not.toContain("needs review")); // no event says so
  await userEvent.click(within(pane).getByRole("button", { name: "Undo" }));
  expect(await within(pane).findByRole("region", { name: /Needs review/ })).toBeTruthy();
  expect(sent).toEqual([{ cleared: true, note: "Refunded in cash" }, { cleared: false }]);
});

it("says when nobody stated what is due", async () => {
  const order = detail(9, { level: "order", payments: 2, captured: 1500, due: 7000 });
  fakeApi([order], [order]);
  await open("/statuses/sub_9");
  expect((await screen.findAllByRole("term")).map((term) => term.textContent)).toContain("Due (derived)");
});

it("shows the events of all payments in one timeline, each with its payment and its delivery", async () => {
  listed(paidTwice());
  await open("/statuses/sub_9");
  const lanes = await screen.findByRole("list", { name: "Lanes" });
  expect(
    within(lanes)
      .getAllByRole("listitem")
      .map((lane) => lane.textContent),
  ).toEqual(["1cardpi_1", "2bank transfer or debitpi_2"]);
  const steps = within(screen.getByRole("list", { name: "Timeline" })).getAllByRole("listitem");
  expect(steps.map((step) => step.querySelector("div > p")?.textContent)).toEqual([
    "Refunded €20.00, payment 2",
    "Captured €49.00, payment 2",
    "Captured €49.00, payment 1",
    "Started, payment 1",
  ]);
  const links = steps.map((step) => within(step).getByRole("link").getAttribute("href"));
  expect(links[0]).toBe("/deliveries/dlv_13?tab=effect");
});

it("shows what each form of link shows, in the server's words and the chosen language", async () => {
  const money = { status: "paid", tone: "success", final: true, currency: "EUR" } as const;
  const { order, payments } = paidTwice();
  const { requests } = fakeApi([order], [order, ...payments], {
    "order/10-7001": { ...money, status: "ambiguous", title: "Please ask the shop", tone: "warning", final: false },
    "payment/pi_1": { ...money, title: "Payment received" },
    "checkout/cs_1": { ...money, title: "Part of the amount was collected" },
    "payment/pi_2": { ...money, title: "Part of your payment was refunded", note: "€20.00 refunded." },
  });
  await open("/statuses/sub_9?tab=customer");
  expect(await customersPage()).toContain("Please ask the shop");
  const forms = within(screen.getByRole("region", { name: "The link names" })).getAllByRole("button");
  await vi.waitFor(() =>
    expect(forms.map((form) => form.textContent)).toEqual([
      "The order numberorder/10-7001Please ask the shop",
      "The checkoutcheckout/cs_1Part of the amount was collected",
      "One paymentpayment/pi_2Part of your payment was refunded",
      "One paymentpayment/pi_1Payment received",
    ]),
  );
  for (const [form, words] of [
    [1, "Part of the amount was collected"],
    [2, "Part of your payment was refunded€20.00 refunded."],
    [3, "Payment received"],
  ] as const) {
    await userEvent.click(forms[form] as HTMLElement);
    await vi.waitFor(async () => expect(await customersPage()).toContain(words));
  }
  fireEvent.change(screen.getByLabelText("Language"), { target: { value: "de" } });
  await vi.waitFor(() => expect(requests.some((request) => /payment%2Fpi_1\?v=2&lang=de/.test(request))).toBe(true));
  await vi.waitFor(() => expect(requests).toContain("GET /status/payment/pi_1?lang=de"));
});

it("offers a shared number within each account, its own first, and puts the account into the link", async () => {
  const accounts = ["acct_2|https://south.example", "acct_1"];
  const one = detail(1, { level: "payment", reference: "500", aliases: ["payment/pi_1"], accounts });
  const { sent } = fakeApi([one], [one]);
  await open("/statuses/sub_1?tab=customer");
  const forms = within(await screen.findByRole("region", { name: "The link names" })).getAllByRole("button");
  expect(forms.map((form) => form.firstElementChild?.textContent)).toEqual([
    "This payment",
    "The order number in acct_2, https://south.example",
    "The order number in acct_1",
    "The order number without an account",
  ]);
  await userEvent.click(forms[1] as HTMLElement);
  await userEvent.click(screen.getByRole("button", { name: "Copy status link" }));
  await vi.waitFor(() =>
    expect(sent.at(-1)).toEqual({
      ...{ endpoint: "ep_1", subject: "order/500", account: "acct_2|https://south.example" },
      expires_in: "72h",
    }),
  );
});

it("puts a payment inside its order in the list of a reference, so that its money is there once", async () => {
  const reference = detail(9, {
    ...{ level: "reference", reference: "10-7001", payments: 1 },
    members: [
      status(2, { level: "payment", parent: "sub_3" }),
      status(3, { level: "order", subject: "checkout/cs_3", parent: "sub_9" }),
      status(4, { level: "payment", parent: "sub_9" }),
    ],
  });
  fakeApi([], [reference]);
  await open("/statuses/sub_9");
  const region = await screen.findByRole("region", { name: "Orders and payments" });
  const [outer, inner] = within(region).getAllByRole("list");
  const names = (list: Element | undefined) => [...(list?.children ?? [])].map((one) => one.textContent);
  expect(names(outer)).toEqual([expect.stringMatching(/cs_3.*pi_2/), expect.stringContaining("pi_4")]);
  expect(names(inner)).toEqual([expect.stringContaining("pi_2")]);
});

it("leads from a shared reference to the endpoint's settings", async () => {
  const shared = { state: "ambiguous", level: "reference", reference: "500" } as const;
  fakeApi([], [detail(1, { ...shared, needs_review: true, review: ["reference_shared"] })]);
  await open("/statuses/sub_1");
  const note = await screen.findByRole("region", { name: "Needs review: reference shared" });
  expect(note.textContent).toContain("Two customers used the number 500, so a link by it shows no payment.");
  const link = within(note).getByRole("link", { name: "the endpoint’s settings" });
  expect(link.getAttribute("href")).toBe("/endpoints/ep_1?open=orders");
});
