import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";

test("the first page gives the address and becomes the list when the first delivery lands", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  await expect(page.getByRole("heading", { name: /waiting for your first webhook/i })).toBeVisible();
  await expect(page.getByText(site.first.url, { exact: true })).toBeVisible();
  await expect(dashboard.live).toContainText("Live");

  const line = await page.getByText(/^curl -d/).innerText();
  const [, body, address] = /^curl -d '(.+)' (\S+)$/.exec(line) ?? [];
  expect(address).toBe(site.first.url);
  const answer = await page.request.post(address ?? "", {
    data: body,
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  expect(answer.status()).toBe(200);

  await expect(dashboard.rows).toHaveCount(1);
  await expect(page.getByRole("heading", { name: /waiting for your first webhook/i })).toBeHidden();
  await dashboard.rows.first().click();
  await expect(dashboard.detail).toContainText("hello");
});

test("a click sends a sample to oneself", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  await page.getByRole("button", { name: /send a sample/i }).click();
  await expect(dashboard.rows).toHaveCount(1);
  expect(await site.hookbeam.deliveries()).toHaveLength(1);
});

test("a click plays a payment, and its payer reads each step", async ({ page, site, context }) => {
  const dashboard = new Dashboard(page, site.url);
  const opened = context.waitForEvent("page");
  await page.getByRole("button", { name: "Play a payment" }).click();
  const payer = await opened;
  await expect(payer.getByText(/payment (received|confirmed)/i)).toBeVisible();
  await expect(payer.locator("#amount")).toHaveText(/49\.00/);
  await expect(dashboard.rows).toHaveCount(4);
});

test("a notice that comes late moves nothing above it", async ({ page, site }) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/unconfirmed-[^/]*\.js$/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(site.url);
  const button = page.getByRole("button", { name: /send a sample/i });
  await expect(button).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
  const before = await button.boundingBox();
  release();
  await expect(page.getByText("Not open to the internet yet")).toBeVisible();
  expect(await button.boundingBox()).toEqual(before);
});

test("the address can be copied", async ({ page, site, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy address" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(site.first.url);
});
