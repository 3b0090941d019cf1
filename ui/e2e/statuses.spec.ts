import type { Page } from "@playwright/test";
import { violations } from "./axe";
import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";
import { created, failed, parcel, processing, Shop, succeeded } from "./shop";

const picture = (name: string) => `ui/e2e/results/statuses-${name}.png`;

/** The page of statuses as a person finds their way on it. */
function statusesScreen(page: Page) {
  const grid = page.getByRole("grid", { name: "Statuses" });
  return {
    row: (name: string | RegExp) => grid.getByRole("row", { name }),
    rows: grid.getByRole("row"),
    chip: (name: RegExp) => page.getByRole("group", { name: "States" }).getByRole("button", { name }),
    pane: page.getByRole("complementary", { name: "Status" }),
    search: page.getByRole("textbox", { name: "Search" }),
  };
}

const ordered = (order: string) => ({ metadata: { order_id: order } });

/** Payments as a shop has them on an afternoon. */
async function afternoon(shop: Shop) {
  await shop.sendAll("pi_Ada", created, processing, succeeded);
  const yen = { amount: 120_000, currency: "jpy" };
  await shop.sendAll("pi_Bob", { ...created, object: yen }, { ...processing, object: yen });
  await shop.sendAll("pi_Cyd", created, failed);
  await shop.sendAll("pi_Dan", { ...created, livemode: false }, { ...succeeded, livemode: false });
  await shop.sendAll("pi_Eve", created, { type: "payment_intent.requires_action", ago: 20 });
  await shop.sendAll("pi_Fay", { ...created, ago: 4000 }, { type: "payment_intent.canceled", ago: 3000 }, succeeded);
}

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("payments stand where their events say, live, and axe finds nothing", async ({ page, site }) => {
      const { row, rows, chip, pane } = statusesScreen(page);
      const shop = await Shop.open(site.hookbeam);
      await page.goto(`${site.url}statuses`);
      await expect(page.getByRole("button", { name: "Send a sample payment" })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`empty-${theme}`) });

      await afternoon(shop);
      await expect(rows).toHaveCount(6);
      await expect(row(/Ada/)).toContainText("€49.00");
      await expect(chip(/^Paid/)).toHaveText("Paid 3");
      await expect(row(/Dan/)).toContainText("test");
      await expect(row(/Fay/)).toContainText("late");
      await expect(row(/Bob/)).toContainText("¥120,000");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(theme) });

      await shop.sendAll("pi_Bob", { ...succeeded, object: { amount: 120_000, currency: "jpy" } });
      await expect(row(/Bob/)).toContainText("Paid");
      await expect(rows).toHaveCount(6);
      await expect(chip(/^Paid/)).toHaveText("Paid 4");

      await shop.sendAll("pi_Gil", { ...created, ago: 90 }, succeeded, { ...failed, ago: 60 });
      await row(/Gil/).click();
      const steps = pane.getByRole("list", { name: "Timeline" }).getByRole("listitem");
      await expect(steps).toHaveCount(3);
      await expect(steps.nth(1)).toContainText("Pending → paid");
      await expect(steps.nth(0)).toContainText("money was captured before, and a failed attempt does not undo that");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`timeline-${theme}`) });

      await parcel(site.hookbeam, "LX-17", "DELIVERED");
      const kinds = page.getByRole("group", { name: "Kinds" });
      await kinds.getByRole("button", { name: "Own" }).click();
      await expect(rows).toHaveCount(1);
      await expect(rows).toContainText("Delivered LX-17");
      await expect(chip(/^Delivered/)).toHaveText("Delivered 1");
      await kinds.getByRole("button", { name: "Everything" }).click();
      await expect(rows).toHaveCount(8);

      await pane.getByRole("tab", { name: "What the customer sees" }).click();
      await expect(pane.getByText("Not opened yet.")).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`customer-${theme}`) });
    });
  });
}

test("the empty list sends a sample payment, and then shows it", async ({ page, site }) => {
  const { rows, pane } = statusesScreen(page);
  await Shop.open(site.hookbeam);
  await page.goto(`${site.url}statuses`);
  await page.getByRole("button", { name: "Send a sample payment" }).click();
  await expect(rows).toHaveCount(1);
  await rows.click();
  await expect(pane.getByRole("list", { name: "Timeline" }).getByRole("listitem")).toHaveCount(1);
});

test("a status is found by what one has at hand, and the address holds it", async ({ page, site }) => {
  const { row, rows, chip, search } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  await afternoon(shop);
  await shop.sendAll("pi_Han", { ...created, object: ordered("10-4471") }, succeeded);
  await page.goto(`${site.url}statuses`);
  for (const [words, name] of [
    ["10-4471", /10-4471/],
    ["pi_Cyd", /Cyd/],
    ["Ada@example.com", /Ada/],
  ] as const) {
    await search.fill(words);
    await expect(rows).toHaveCount(1);
    await expect(row(name)).toBeVisible();
  }
  await search.fill("10-4471");
  await expect(page).toHaveURL(/\?q=10-4471/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await search.fill("");
  await chip(/^Failed/).click();
  await expect(rows).toHaveCount(1);
  await expect(row(/Cyd/)).toBeVisible();
  // What matches no more goes by itself.
  await shop.sendAll("pi_Cyd", succeeded);
  await expect(page.getByText("Nothing matches this filter")).toBeVisible();
});

test("a reference stays whole beside an open payment", async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 800 }); // a usual laptop: little room is left
  const { row, pane } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  await shop.sendAll("pi_Ivy", { ...created, object: ordered("LX-2026-008815-07") }, succeeded);
  await page.goto(`${site.url}statuses`);
  await row(/008815/).click();
  await expect(pane.getByRole("list", { name: "Timeline" })).toBeVisible();
  const cut = row(/008815/)
    .getByRole("gridcell")
    .evaluateAll((cells) =>
      cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
    );
  expect(await cut).toEqual([]);
});

test("a delivery says what it did, and leads to its payment", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  const shop = await Shop.open(site.hookbeam);
  const once = { ...succeeded, event: "evt_once" };
  const [, paid, again, late] = await shop.sendAll("pi_Ada", created, once, once, { ...failed, ago: 20 });
  if (!paid || !again || !late) throw new Error("nothing was stored");
  await dashboard.show(paid, "Effect");
  await expect(dashboard.detail.getByText("Moved payment pi_Ada from pending to paid.")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("effect") });
  await dashboard.open(`deliveries/${again.id}?tab=effect`);
  await expect(dashboard.detail.getByText(`Duplicate of #${paid.seq}: nothing changed.`)).toBeVisible();
  await dashboard.open(`deliveries/${late.id}?tab=effect`);
  await expect(dashboard.detail.getByText(/^Late: ignored, because money was captured before/)).toBeVisible();
  await dashboard.tab("Same payment").click();
  const steps = dashboard.detail.getByRole("list", { name: "Timeline" }).getByRole("listitem");
  await expect(steps).toHaveCount(3);
  await expect(steps.nth(2)).toHaveAttribute("aria-current", "true");
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: picture("same-payment") });
  await dashboard.detail.getByRole("link", { name: /Payment pi_Ada/ }).click();
  await expect(page.getByRole("heading", { name: "Paid €49.00" })).toBeVisible();
});

test("the link that is made opens the page, and the dashboard says that it was seen", async ({
  page,
  site,
  context,
}) => {
  const { pane } = statusesScreen(page);
  const shop = await Shop.open(site.hookbeam);
  await shop.sendAll("pi_Ada", created, succeeded);
  await page.goto(`${site.url}statuses`);
  await statusesScreen(page).row(/Ada/).click();
  await pane.getByRole("tab", { name: "What the customer sees" }).click();
  const [opened] = await Promise.all([
    context.waitForEvent("page"),
    pane.getByRole("button", { name: "Open as the customer sees it" }).click(),
  ]);
  await expect(opened).toHaveURL(/\/status\/ey/);
  expect((await opened.request.get(opened.url())).status()).toBe(200);
  await opened.close();
  await page.reload();
  await expect(pane.getByRole("definition").filter({ hasText: /page was opened|connection|polling/ })).toBeVisible();
});

test("statuses that are rebuilt appear at once, in the list and where one is open", async ({ page, site }) => {
  const { row, pane, chip } = statusesScreen(page);
  const read = (state: string) =>
    site.hookbeam.api("PATCH", `/endpoints/${site.first.id}`, {
      statuses: { mapping: { kind: "own", subject: "body.parcel", state } },
    });
  await site.hookbeam.send(site.first, { body: JSON.stringify({ parcel: "LX-17", state: "SENT", place: "DEPOT" }) });
  await page.goto(`${site.url}statuses`);
  await expect(page.getByRole("heading", { name: "No payment, order or run yet" })).toBeVisible();
  await expect(page.getByTestId("live")).toContainText("Live");
  await read("body.state");
  await expect(row(/LX-17/)).toContainText("Sent");
  await row(/LX-17/).click();
  await expect(pane.getByRole("heading", { name: "Sent" })).toBeVisible();
  await read("body.place");
  await expect(pane.getByRole("heading", { name: "Depot" })).toBeVisible();
  await expect(row(/LX-17/)).toContainText("Depot");
  await expect(chip(/^Depot/)).toHaveText("Depot 1");
});

test("opened first it loads no deliveries, is live, and leaves none out when one goes to them", async ({
  page,
  site,
}) => {
  const { rows } = statusesScreen(page);
  const dashboard = new Dashboard(page, site.url);
  const shop = await Shop.open(site.hookbeam);
  await shop.sendAll("pi_Ada", created);
  await page.goto("about:blank"); // the page before it asks no more
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${site.url}statuses`);
  await expect(dashboard.live).toContainText("Live");
  await expect(rows).toHaveCount(1);
  await shop.sendAll("pi_Bob", created, succeeded);
  await expect(rows).toHaveCount(2);
  await dashboard.settled();
  expect(requests.filter((path) => path.includes("/api/v1/deliveries"))).toEqual([]);

  await page.getByRole("navigation").getByRole("link", { name: "Deliveries" }).click();
  await expect(dashboard.rows).toHaveCount(3);
  await shop.sendAll("pi_Cyd", created);
  await expect(dashboard.rows).toHaveCount(4);
  await expect(dashboard.live).toContainText("Live · #4");
  expect(requests.filter((path) => path.endsWith("/api/v1/deliveries"))).not.toEqual([]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the screen fits, and a payment is a full sheet", async ({ page, site }) => {
    const { row, rows, pane } = statusesScreen(page);
    const dashboard = new Dashboard(page, site.url);
    const shop = await Shop.open(site.hookbeam);
    await afternoon(shop);
    await page.getByRole("navigation").getByRole("link", { name: "Statuses" }).tap();
    await expect(rows).toHaveCount(6);
    await dashboard.expectNoSidewaysScroll();
    await page.screenshot({ path: picture("phone") });
    await row(/Fay/).tap();
    await expect(pane.getByRole("heading", { name: "Paid €49.00" })).toBeVisible();
    expect((await pane.boundingBox())?.width).toBe(390);
    await dashboard.expectNoSidewaysScroll();
    await page.screenshot({ path: picture("phone-timeline") });
    await pane.getByRole("tab", { name: "What the customer sees" }).tap();
    await dashboard.expectNoSidewaysScroll();
    await page.screenshot({ path: picture("phone-customer") });
    await page.goBack();
    await expect(row(/Fay/)).toBeVisible();
  });
});
