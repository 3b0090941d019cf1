import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test("on a phone the list fits, a delivery is a full sheet, and the bar below leads everywhere", async ({
  page,
  site,
}) => {
  const dashboard = new Dashboard(page, site.url);
  for (let n = 0; n < 20; n++) await site.hookbeam.send(site.first, { path: `/n${n}`, body: '{"type":"order.paid"}' });
  await expect(dashboard.row("/n19")).toBeVisible();
  await dashboard.expectNoSidewaysScroll();

  await dashboard.row("/n19").tap();
  await expect(dashboard.detail).toBeVisible();
  const sheet = await dashboard.detail.boundingBox();
  expect(sheet?.width).toBe(390);
  await dashboard.expectNoSidewaysScroll();
  await page.goBack();
  await expect(dashboard.row("/n19")).toBeVisible();

  for (const place of ["Endpoints", "Settings", "Deliveries"]) {
    await page.getByRole("navigation").getByRole("link", { name: place }).tap();
    await dashboard.expectNoSidewaysScroll();
  }
  await expect(dashboard.row("/n19")).toBeVisible();
});
