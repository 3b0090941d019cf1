import { expect, test } from "./fixtures";
import type { Delivery, Endpoint } from "./hookbeam";

test("an endpoint is made with a secret that never comes back, changed, deleted, and brought back", async ({
  page,
  site,
}) => {
  await page.goto(`${site.url}endpoints`);
  await page.getByRole("link", { name: "New endpoint" }).click();
  await page.getByLabel("Name").fill("shop");
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill("a secret that only the shop knows");
  await page.getByRole("button", { name: "Create endpoint" }).click();

  const pane = page.getByRole("complementary", { name: "Endpoint" });
  await expect(pane.getByRole("heading", { name: "shop" })).toBeVisible();
  const address = await pane.getByText(/\/in\/shop-/).innerText();
  expect(address.startsWith(site.url)).toBe(true);
  expect(await page.content()).not.toContain("only the shop knows");

  const send = (secret: string) => page.request.post(address, { data: "{}", headers: { "X-Webhook-Secret": secret } });
  expect((await send("a secret that only the shop knows")).status()).toBe(200);
  expect((await send("a guess")).status()).toBe(403);
  const { deliveries } = await site.hookbeam.api<{ deliveries: Delivery[] }>("GET", "/deliveries");
  expect(deliveries.map(({ verdict }) => verdict)).toEqual(["rejected", "verified"]);

  await page.getByLabel("Name").fill("shop-live");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(pane.getByRole("heading", { name: "shop-live" })).toBeVisible();
  expect((await send("a secret that only the shop knows")).status()).toBe(200);

  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: /shop-live/ })).toBeHidden();
  expect((await send("a secret that only the shop knows")).status()).toBe(404);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: /shop-live/ })).toBeVisible();
  expect((await send("a secret that only the shop knows")).status()).toBe(200);
});

test("a mistake is explained beside what it is about, and nothing that was typed is lost", async ({ page, site }) => {
  site.expected.push(/status of 409/);
  await page.goto(`${site.url}endpoints/new`);
  await page.getByLabel("Name").fill("Not A Name!");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");

  await page.getByLabel("Name").fill("first");
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await expect(page.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue("first");
  const { endpoints } = await site.hookbeam.api<{ endpoints: Endpoint[] }>("GET", "/endpoints");
  expect(endpoints).toHaveLength(1);
});
