import { Dashboard } from "./dashboard";
import { fill } from "./examples";
import { expect, test } from "./fixtures";

test("away from the top the list stands still and a pill counts what is new", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  for (let n = 0; n < 60; n++) await site.hookbeam.send(site.first, { path: `/n${n}` });
  await expect(dashboard.row("/n59")).toBeVisible();
  await dashboard.grid.evaluate((grid) => {
    grid.scrollTop = 320;
  });
  await expect(dashboard.row("/n59")).not.toBeInViewport();
  const before = await dashboard.row("/n45").boundingBox();

  for (let n = 60; n < 72; n++) await site.hookbeam.send(site.first, { path: `/n${n}` });
  await expect(dashboard.pill).toHaveText("↑ 12 new");
  expect(await dashboard.row("/n45").boundingBox()).toEqual(before);

  await dashboard.pill.click();
  await expect(dashboard.row("/n71")).toBeInViewport();
  await dashboard.expectSameAs(site.hookbeam);
});

test("space pauses, and goes on with everything that came meanwhile", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  await site.hookbeam.send(site.first, { path: "/before" });
  await expect(dashboard.row("/before")).toBeVisible();
  await page.keyboard.press("Space");
  await site.hookbeam.send(site.first, { path: "/meanwhile" });
  await expect(dashboard.pill).toHaveText("↑ 1 new");
  await expect(dashboard.row("/meanwhile")).toBeHidden();
  await page.keyboard.press("Space");
  await expect(dashboard.row("/meanwhile")).toBeVisible();
});

test("everything can be reached by keyboard, and a link shows the same", async ({ page, site, context }) => {
  const dashboard = new Dashboard(page, site.url);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await fill(site.hookbeam);
  await dashboard.open();
  await expect(dashboard.row("/workflow_run")).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(dashboard.detail.getByRole("heading", { name: "/workflow_run" })).toBeVisible();

  await page.keyboard.press("y");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press("c");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("curl");
  await page.keyboard.press("k");
  await expect(dashboard.detail.getByRole("heading", { name: "payment_intent.succeeded" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dashboard.detail).toBeHidden();

  await page.goto(link);
  await expect(dashboard.detail.getByRole("heading", { name: "/workflow_run" })).toBeVisible();
});

test("a filter stands in the address and holds for what comes live", async ({ page, site }) => {
  const dashboard = new Dashboard(page, site.url);
  await fill(site.hookbeam);
  await dashboard.open();
  await expect(dashboard.rows).toHaveCount(13); // of 14 deliveries one is a repeat, in the row of the first
  await page.keyboard.press("/");
  await page.keyboard.type("verdict:rejected");
  await page.keyboard.press("Enter");
  await expect(dashboard.rows).toHaveCount(2);
  await expect(page).toHaveURL(/verdict=rejected/);

  await site.hookbeam.send(site.first, { path: "/unsigned" });
  const { id } = await site.hookbeam.api<{ id: string }>("POST", "/endpoints", {
    name: "strict",
    verify: "observe",
    secrets: [{ label: "live", value: "a secret that nobody sends" }],
  });
  const strict = await site.hookbeam.api<{ id: string; name: string; url: string }>("GET", `/endpoints/${id}`);
  await site.hookbeam.send(strict, { path: "/forged" });
  await expect(dashboard.row("/forged")).toBeVisible();
  await expect(dashboard.rows).toHaveCount(3);
  await page.reload();
  await expect(dashboard.rows).toHaveCount(3);
});
