import { createHmac } from "node:crypto";
import type { Browser, Page } from "@playwright/test";
import { violations } from "./axe";
import { expect, test } from "./fixtures";
import type { Endpoint, Hookbeam } from "./hookbeam";
import { created, type SentEvent, Shop, succeeded } from "./shop";

const picture = (name: string) => `ui/e2e/results/orders-${name}.png`;

/** The screen of statuses as a person finds their way on it. */
function statusesScreen(page: Page) {
  const grid = page.getByRole("grid", { name: "Statuses" });
  return {
    row: (name: string | RegExp) => grid.getByRole("row", { name }),
    rows: grid.getByRole("row"),
    pane: page.getByRole("complementary", { name: "Status" }),
    preview: page.getByRole("region", { name: "What the customer sees" }),
  };
}

/** What of a page a payer may see: one order number and their language. */
interface Visit {
  endpoint: Endpoint;
  subject: string;
  locale?: string;
  colorScheme?: "light" | "dark";
}

/** A payer's phone with the page of a status link. */
async function payer(browser: Browser, hookbeam: Hookbeam, visit: Visit): Promise<Page> {
  const { endpoint, subject, locale = "en-GB", colorScheme = "light" } = visit;
  const body = { endpoint: endpoint.id, subject };
  const { url } = await hookbeam.api<{ url: string }>("POST", "/status-links", body);
  const context = await browser.newContext({ viewport: { width: 390, height: 760 }, locale, colorScheme });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const heading = (page: Page) => page.getByRole("status");

/** A payment of an order by one customer. */
const of = (order: string, change: Record<string, unknown> = {}) => ({
  metadata: { order_id: order },
  customer: "cus_Ada",
  receipt_email: "ada@example.com",
  ...change,
});

const held = (order: string, amount: number): SentEvent => ({
  type: "payment_intent.amount_capturable_updated",
  ago: 20,
  object: of(order, { amount, amount_capturable: amount, amount_received: 0, status: "requires_capture" }),
});

const captured = (order: string, amount: number): SentEvent => ({
  ...succeeded,
  object: of(order, { amount, amount_received: amount }),
});

const denial = /not been charged/;

/** Takes a picture of the payer's page in English and German, light and dark. */
async function pictures(browser: Browser, hookbeam: Hookbeam, name: string, visit: Visit) {
  for (const [locale, colorScheme] of [
    ["en-GB", "light"],
    ["de-DE", "dark"],
  ] as const) {
    const page = await payer(browser, hookbeam, { ...visit, locale, colorScheme });
    await expect(heading(page)).not.toBeEmpty();
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: picture(`${name}-payer-${locale.slice(0, 2)}-${colorScheme}`) });
    await page.context().close();
  }
}

test("a split payment: one part paid, the other held", async ({ page, browser, site }) => {
  const { row, rows, pane, preview } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  await shop.sendAll("pi_Gift", { ...created, object: of("A-37", { amount: 1500 }) }, captured("A-37", 1500));
  await shop.sendAll("pi_Card", { ...created, object: of("A-37", { amount: 5500 }) }, held("A-37", 5500));
  await page.goto(`${site.url}statuses`);
  await expect(rows).toHaveCount(1);
  await expect(row(/A-37/)).toContainText("Partially paid");
  await expect(row(/A-37/)).toContainText("2 payments");
  await expect(row(/A-37/)).toContainText("€15.00 of €70.00 paid, €55.00 held");
  await row(/A-37/).getByRole("button", { name: "Payments of A-37" }).click();
  await expect(rows).toHaveCount(3);
  await row(/A-37/).click();
  await expect(pane.getByRole("heading", { name: "Partially paid €15.00" })).toBeVisible();
  await expect(pane.getByRole("term")).toHaveText(["Due (derived)", "Captured", "Held"]);
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("split") });

  await pane
    .getByRole("region", { name: "Payments" })
    .getByRole("link", { name: /pi_Card/ })
    .click();
  await expect(pane.getByRole("heading", { name: "Authorized €55.00" })).toBeVisible();
  await pane.getByRole("link", { name: "order A-37" }).click();
  await pane.getByRole("tab", { name: "What the customer sees" }).click();
  await expect(preview).toContainText("€15.00 was collected, and €55.00 is still reserved.");

  const visit = { endpoint: shop.endpoint, subject: "order/A-37" };
  const phone = await payer(browser, site.hookbeam, visit);
  await expect(heading(phone)).toHaveText("Part of the amount was collected");
  await pictures(browser, site.hookbeam, "split", visit);
  await shop.send("pi_Card", captured("A-37", 5500));
  await expect(heading(phone)).toHaveText("Payment received");
  await expect(row(/^Paid .*A-37/)).toContainText("€70.00");
  await expect(preview).toContainText("Payment received");
});

test("a double payment, of which one is returned", async ({ page, browser, site }) => {
  const { row, rows, pane, preview } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  for (const payment of ["pi_One", "pi_Two"]) {
    await shop.sendAll(payment, { ...created, object: of("10-7001") }, captured("10-7001", 4900));
  }
  await page.goto(`${site.url}statuses`);
  await expect(row(/10-7001/)).toContainText("needs review");
  await page.getByRole("button", { name: /^Needs review 1/ }).click();
  await expect(page).toHaveURL(/review=any/);
  await expect(
    page.getByRole("group", { name: "Reasons" }).getByRole("button", { name: /^Paid twice 1/ }),
  ).toBeVisible();
  await row(/10-7001/)
    .getByRole("button", { name: "Payments of 10-7001" })
    .click();
  await row(/10-7001/).click();
  const note = pane.getByRole("region", { name: "Needs review: paid twice" });
  await expect(note).toContainText("€98.00 was captured, €49.00 was due.");
  await expect(note).toContainText("Refund €49.00 of pi_Two at the provider.");
  const lanes = pane.getByRole("list", { name: "Lanes" }).getByRole("listitem");
  await expect(lanes).toHaveCount(2);
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("double") });

  const phone = await payer(browser, site.hookbeam, { endpoint: shop.endpoint, subject: "order/10-7001" });
  await expect(heading(phone)).toHaveText("Payment received");
  await expect(phone.getByText(/Please ask the shop about the difference/)).toBeVisible();

  await pane.getByRole("tab", { name: "What the customer sees" }).click();
  const forms = pane.getByRole("region", { name: "The link names" }).getByRole("button");
  await expect(forms).toHaveCount(3);
  await expect(preview).toContainText("€98.00 was received for this order.");
  await pane.getByLabel("Language").selectOption("de");
  await expect(preview).toContainText(/98,00.€/);
  await expect(preview).not.toContainText("Payment received");
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("double-customer") });

  const charge = { id: "ch_Two", object: "charge", payment_intent: "pi_Two", amount: 4900, amount_captured: 4900 };
  await shop.send("pi_Two", {
    type: "charge.refunded",
    object: { ...of("10-7001"), ...charge, captured: true, refunded: true, amount_refunded: 4900, status: "succeeded" },
  });
  await expect(note).toHaveCount(0);
  await expect(page.getByText("Nothing matches this filter")).toBeVisible();
  await page.getByRole("button", { name: "Show all statuses" }).click();
  await expect(rows.first()).toContainText("€49.00 refunded");
  await expect(rows.first()).not.toContainText("needs review");
  await phone.reload(); // a page whose payment is final asks rarely
  await expect(phone.getByText("€49.00 was refunded.")).toBeVisible();
  await expect(phone.getByText(/Please ask the shop about the difference/)).toHaveCount(0);
  await expect(heading(phone)).toHaveText("Payment received");
});

test("a person marks what needs review as reviewed", async ({ page, site }) => {
  const { row, pane } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  for (const payment of ["pi_One", "pi_Two"]) await shop.send(payment, captured("10-7002", 4900));
  await page.goto(`${site.url}statuses`);
  await row(/10-7002/).click();
  await pane.getByRole("textbox", { name: "Note" }).fill("Credited to the next order");
  await pane.getByRole("button", { name: "Mark as reviewed" }).click();
  await expect(pane.getByText(/^Reviewed by .*Credited to the next order/)).toBeVisible();
  await expect(row(/10-7002/)).not.toContainText("needs review");
  await pane.getByRole("button", { name: "Undo" }).click();
  await expect(row(/10-7002/)).toContainText("needs review");
});

test("a hold that is released", async ({ page, browser, site }) => {
  const { row } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  const visit = { endpoint: shop.endpoint, subject: "payment/pi_Hold" };
  await shop.sendAll("pi_Hold", { ...created, object: of("R-1") }, held("R-1", 4900));
  const phone = await payer(browser, site.hookbeam, visit);
  await expect(heading(phone)).toHaveText("The amount is reserved");
  await expect(phone.getByText(denial)).toHaveCount(0);
  await page.goto(`${site.url}statuses`);
  await expect(row(/R-1/)).toContainText("Authorized");
  await shop.send("pi_Hold", {
    type: "payment_intent.canceled",
    object: of("R-1", {
      status: "canceled",
      amount_capturable: 0,
      amount_received: 0,
      cancellation_reason: "abandoned",
    }),
  });
  await expect(heading(phone)).toHaveText("The reservation was released");
  await expect(phone.getByText(denial)).toBeVisible();
  await expect(row(/R-1/)).toContainText("Canceled");
  await pictures(browser, site.hookbeam, "released", visit);
});

test("an order that is cancelled after it was paid", async ({ page, browser, site }) => {
  const { row } = statusesScreen(page);
  const secret = "a secret of the shop, long enough";
  const made = { name: "shopify", provider: "shopify", secrets: [{ label: "live", value: secret }] };
  const endpoint = await site.hookbeam.api<Endpoint>("POST", "/endpoints", made);
  const send = async (topic: string, minute: number, change: Record<string, unknown>) => {
    const at = `2026-11-23T14:${minute}:00Z`;
    const order = { id: 1039, name: "1039", currency: "EUR", total_price: "64.20", total_outstanding: "0.00" };
    const body = JSON.stringify({ ...order, financial_status: "paid", created_at: at, updated_at: at, ...change });
    await site.hookbeam.send(endpoint, {
      body,
      headers: {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": `${topic}-${minute}`,
        "X-Shopify-Event-Id": `${topic}-${minute}`,
        "X-Shopify-Shop-Domain": "acme.example",
        "X-Shopify-Triggered-At": at,
        "X-Shopify-Hmac-Sha256": createHmac("sha256", secret).update(body).digest("base64"),
      },
    });
  };
  await send("orders/paid", 10, {});
  await page.goto(`${site.url}statuses`);
  await expect(row(/1039/)).toContainText("Paid");
  await send("orders/cancelled", 20, { cancelled_at: "2026-11-23T14:20:00Z", cancel_reason: "inventory" });
  await expect(row(/1039/)).toContainText("Canceled");
  await expect(row(/1039/)).toContainText("€64.20 captured");
  const visit = { endpoint, subject: "order/1039" };
  const phone = await payer(browser, site.hookbeam, visit);
  await expect(heading(phone)).toHaveText("Your order was cancelled");
  await expect(phone.getByText(/You paid €64.20/)).toBeVisible();
  await expect(phone.getByText(denial)).toHaveCount(0);
  await pictures(browser, site.hookbeam, "cancelled", visit);
});

test("a number that two customers share", async ({ page, browser, site }) => {
  const { row, rows, pane, preview } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  await shop.send("pi_Ada", captured("500", 4900));
  const bob = { amount: 9900, amount_received: 9900, customer: "cus_Bob", receipt_email: "bob@example.com" };
  await shop.send("pi_Bob", { ...succeeded, object: of("500", bob) });
  await page.goto(`${site.url}statuses`);
  await expect(row(/^Shared reference 500/)).toContainText("2 payments");
  await expect(row(/^Shared reference/)).not.toContainText("€");
  await expect(rows).toHaveCount(3); // the payments stand apart, because nobody knows which are of one order
  await row(/^Shared reference/).click();
  const note = pane.getByRole("region", { name: "Needs review: reference shared" });
  await expect(note).toContainText("Two customers used the number 500");
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("shared") });
  await pane.getByRole("tab", { name: "What the customer sees" }).click();
  await expect(preview).toContainText("We cannot tell which payment is yours");
  await expect(preview).not.toContainText("€");
  await pane.getByRole("button", { name: /payment\/pi_Bob/ }).click();
  await expect(preview).toContainText("€99.00");

  const visit = { endpoint: shop.endpoint, subject: "order/500" };
  const phone = await payer(browser, site.hookbeam, visit);
  await expect(heading(phone)).toHaveText("We cannot tell which payment is yours");
  expect(await phone.locator("body").innerText()).not.toMatch(/€|49|99|ada|bob/i);
  await pictures(browser, site.hookbeam, "shared", visit);
});

test("a voucher that the customer pays in a shop", async ({ page, browser, site }) => {
  const { row, pane } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  const voucher = of("V-9", {
    status: "requires_action",
    next_action: { type: "boleto_display_details", boleto_display_details: { number: "0101" } },
    payment_method_types: ["boleto"],
  });
  await shop.send("pi_Slip", { type: "payment_intent.requires_action", ago: 20, object: voucher });
  await page.goto(`${site.url}statuses`);
  await row(/V-9/).click();
  await expect(pane.getByText("voucher", { exact: true }).first()).toBeVisible();
  await page.screenshot({ path: picture("voucher") });
  const visit = { endpoint: shop.endpoint, subject: "order/V-9" };
  const phone = await payer(browser, site.hookbeam, visit);
  await expect(heading(phone)).toHaveText("Waiting for your voucher payment");
  await expect(phone.getByText("Pay in a shop with the voucher that you received.")).toBeVisible();
  await pictures(browser, site.hookbeam, "voucher", visit);
  await shop.send("pi_Slip", captured("V-9", 4900));
  await expect(heading(phone)).toHaveText("Payment received");
});

for (const theme of ["light", "dark"] as const) {
  test.describe(`on a phone, ${theme}`, () => {
    test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: theme });

    test("an order is a row of two lines and a full sheet", async ({ page, site }) => {
      const { row, pane } = statusesScreen(page);
      const shop = await Shop.open(site.hookbeam);
      for (const payment of ["pi_One", "pi_Two"]) {
        await shop.sendAll(payment, { ...created, object: of("10-7001") }, captured("10-7001", 4900));
      }
      await page.goto(`${site.url}statuses`);
      await expect(row(/10-7001/)).toContainText("2 payments");
      await page.screenshot({ path: picture(`phone-list-${theme}`) });
      await row(/10-7001/).tap();
      await expect(pane.getByRole("region", { name: "Needs review: paid twice" })).toBeVisible();
      await expect(pane.getByRole("region", { name: "Payments" })).toBeAttached();
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider).toBeLessThanOrEqual(0);
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`phone-order-${theme}`) });
      await pane.getByRole("tab", { name: "What the customer sees" }).tap();
      await expect(page.getByRole("region", { name: "What the customer sees" })).toBeVisible();
      await page.screenshot({ path: picture(`phone-customer-${theme}`) });
    });
  });
}
