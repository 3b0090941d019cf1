import type { Page } from "@playwright/test";
import { brokenConnection, expect, test } from "./fixtures";
import type { Hookbeam } from "./hookbeam";
import { Shop, succeeded } from "./shop";

/** The list of statuses in one browser. */
function list(page: Page) {
  return {
    row: (name: string) => page.getByRole("grid", { name: "Statuses" }).getByRole("row", { name: new RegExp(name) }),
    pane: page.getByRole("complementary", { name: "Status" }),
    /** The button that filters by what needs review, with the number of those. */
    count: page.getByRole("button", { name: /^Needs review/ }),
    live: page.getByTestId("live"),
  };
}

/** Orders that each were paid twice. */
async function paidTwice(hookbeam: Hookbeam, ...orders: string[]): Promise<void> {
  const shop = await Shop.open(hookbeam);
  for (const order of orders) {
    for (const payment of [`pi_${order}_1`, `pi_${order}_2`]) {
      await shop.send(payment, { ...succeeded, object: { metadata: { order_id: order }, customer: "cus_Ada" } });
    }
  }
}

/** Somebody else, somewhere else, marks an order as reviewed. */
async function review(hookbeam: Hookbeam, order: string): Promise<void> {
  const { statuses } = await hookbeam.api<{ statuses: { id: string }[] }>("GET", `/statuses?review=any&q=${order}`);
  expect(statuses).toHaveLength(1);
  await hookbeam.api("POST", `/statuses/${statuses[0]?.id}/review`, { cleared: true });
}

test("a review on one dashboard reaches another that has the list open", async ({ page, site }) => {
  await paidTwice(site.hookbeam, "7001", "7002");
  const other = await page.context().newPage();
  const [here, there] = [list(page), list(other)];
  await page.goto(`${site.url}statuses`);
  await other.goto(`${site.url}statuses?review=paid_twice`);
  await expect(there.count).toHaveText("Needs review 2");
  await expect(there.live).toContainText("Live");

  await here.row("7001").click();
  await here.pane.getByRole("button", { name: "Mark as reviewed" }).click();
  await expect(here.pane.getByText(/^Reviewed by/)).toBeVisible();
  await expect(there.row("7001")).toHaveCount(0);
  await expect(there.count).toHaveText("Needs review 1");
  await expect(there.row("7002")).toContainText("needs review");

  await there.count.click(); // all statuses
  await expect(there.row("7001")).not.toContainText("needs review");
  await here.pane.getByRole("button", { name: "Undo" }).click();
  await expect(there.row("7001")).toContainText("needs review");
  await expect(there.count).toHaveText("Needs review 2");
});

test.describe("with a cable that can be pulled", () => {
  test.use({ cable: true });

  test("a review reaches a dashboard that polls", async ({ page, site }) => {
    test.slow();
    site.expected.push(brokenConnection);
    await paidTwice(site.hookbeam, "7001", "7002");
    site.proxy.refuseSockets(true);
    const { row, count, live } = list(page);
    await page.goto(`${site.url}statuses`);
    await expect(live).toContainText("Polling", { timeout: 60_000 });
    await expect(count).toHaveText("Needs review 2");
    for (const order of ["7001", "7002"]) {
      await review(site.hookbeam, order);
      // Sooner than a page that polls loads everything again, in case that it missed something.
      await expect(row(order)).not.toContainText("needs review", { timeout: 20_000 });
    }
    await expect(count).toHaveCount(0);
  });

  test("a review reaches a dashboard whose socket slept", async ({ page, site }) => {
    site.expected.push(brokenConnection);
    await paidTwice(site.hookbeam, "7001");
    const { row, count, live } = list(page);
    await page.goto(`${site.url}statuses`);
    await expect(count).toHaveText("Needs review 1");
    await expect(live).toContainText("Live");

    await site.proxy.cut();
    await expect(live).toContainText("Offline");
    await site.hookbeam.send(site.first, { path: "/meanwhile" });
    await review(site.hookbeam, "7001");
    await site.proxy.restore();
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect(row("7001")).not.toContainText("needs review");
    await expect(count).toHaveCount(0);
  });
});
