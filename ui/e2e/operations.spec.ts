import { violations } from "./axe";
import { expect, test } from "./fixtures";
import type { Endpoint } from "./hookbeam";

for (const theme of ["light", "dark"] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("operations shows rates, what was rejected and what limits turned away", async ({ page, site }) => {
      const { hookbeam, first } = site;
      const secrets = [{ label: "live", value: "a-long-secret-of-the-shop" }];
      const shop = await hookbeam.api<Endpoint>("POST", "/endpoints", { name: "shop", secrets, max_body: 1024 });
      for (let n = 0; n < 12; n++) await hookbeam.send(first, { body: `{"n":${n}}` });
      for (let n = 0; n < 3; n++) await expect(hookbeam.send(shop)).rejects.toThrow(/answered 401/);
      await expect(hookbeam.send(shop, { body: "x".repeat(2000) })).rejects.toThrow(/answered 413/);
      await page.keyboard.press("g");
      await page.keyboard.press("o");
      await expect(page).toHaveURL(`${site.url}operations`);
      await expect(page.getByRole("heading", { name: "Operations" })).toBeVisible();

      const part = (name: string) => page.getByRole("region", { name });
      await expect(part("Endpoints").getByRole("row", { name: /^first .* 0 % 0 %$/ })).toBeVisible();
      await expect(part("Endpoints").getByRole("row", { name: /^shop .* 100 % 0 %$/ })).toBeVisible();
      await expect(part("Rejected by reason").getByText("No signature")).toBeVisible();
      await expect(part("Lag").getByRole("row", { name: /^Statuses/ })).toBeVisible();
      await expect(part("Disk").getByText(/^Keeps about .* at this rate\.$/)).toBeVisible();
      await expect(
        part("Received").getByRole("img", { name: /^Deliveries per minute in the last hour/ }),
      ).toBeVisible();
      expect(await part("Received").locator("canvas").count()).toBe(1);
      const refused = part("Turned away").getByRole("row", { name: /Bodies over the limit/ });
      await expect(refused).toContainText("413");
      await expect(refused).toContainText("127.0.0.1");
      await expect(refused).toContainText("2.0 KB");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/operations-${theme}.png` });

      await page.getByRole("radio", { name: "24 h" }).check({ force: true });
      await page.getByRole("combobox", { name: "Endpoint" }).selectOption("shop");
      await expect(page).toHaveURL(new RegExp(`operations\\?range=24h&endpoint=${shop.id}$`));
      await expect(page.getByText("3 in the last 24 hours")).toBeVisible();
      await page.reload();
      await expect(page.getByRole("radio", { name: "24 h" })).toBeChecked();
      await expect(page.getByRole("combobox", { name: "Endpoint" })).toHaveValue(shop.id);
      await part("Turned away").getByRole("link", { name: "Raise the limit of shop" }).click();
      await expect(page).toHaveURL(`${site.url}endpoints/${shop.id}`);
    });
  });
}

test("operations of a new server says what will be there", async ({ page, site }) => {
  await page.goto(`${site.url}operations`);
  await expect(page.getByText("Nothing was turned away.")).toBeVisible();
  await expect(page.getByText("Nothing was rejected in the last hour.")).toBeVisible();
  await expect(page.getByText("Nothing was received in the last hour.")).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("operations fits, and the settings lead there", async ({ page, site }) => {
    await expect(site.hookbeam.send({ ...site.first, url: "/in/nobody" })).rejects.toThrow(/answered 404/);
    await page.goto(`${site.url}settings`);
    await page.getByRole("link", { name: /^Operations/ }).tap();
    await expect(page.getByRole("row", { name: /Requests to an address that no endpoint has/ })).toBeVisible();
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: "ui/e2e/results/operations-phone.png" });
  });
});
