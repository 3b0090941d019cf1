import { violations } from "./axe";
import { expect, test } from "./fixtures";

type Seen = { confirmed: boolean; open: boolean };

for (const theme of ["light", "dark"] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("the first page says who can send, and opens the address to the internet", async ({ page, site }) => {
      const banner = page.getByRole("region", { name: "Not open to the internet yet" });
      await expect(banner).toContainText("Only this machine and your private network can send here");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/unconfirmed-${theme}.png` });

      await banner.getByRole("button", { name: "Open it to the internet" }).click();
      await expect(page.getByText("first is open to the internet", { exact: true })).toBeVisible();
      await expect(banner).toBeHidden();
      const { confirmed } = await site.hookbeam.api<Seen>("GET", `/endpoints/${site.first.id}`);
      expect(confirmed).toBe(true);
      await page.reload();
      await expect(page.getByRole("heading", { name: /waiting/i })).toBeVisible();
      await expect(banner).toBeHidden();
    });

    test("an endpoint that checks nothing says so, and leads to a secret that ends it", async ({ page, site }) => {
      await page.goto(`${site.url}endpoints/${site.first.id}`);
      const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "first", exact: true }) });
      await expect(row).toContainText("Open: checks nothing");
      await expect(row).toContainText("Not confirmed");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/open-endpoint-${theme}.png` });

      await page.getByRole("button", { name: "Add the sender’s secret" }).click();
      await expect(page.getByLabel("Value of secret live")).toBeFocused();
      await page.keyboard.type("a secret that only the shop knows");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(row).toContainText("1 secret, enforced");
      expect(await site.hookbeam.api<Seen>("GET", `/endpoints/${site.first.id}`)).toMatchObject({ open: false });

      await page.getByRole("button", { name: "Remove secret live" }).click();
      const missing = page.getByRole("alert", { name: "There is no secret to check with" });
      await expect(missing).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/last-secret-${theme}.png` });
      await missing.getByRole("button", { name: "Switch checking off" }).click();
      await page.getByRole("button", { name: "Save" }).click();
      await expect(row).toContainText("Open: checks nothing");
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("who can send fits beside the rest", async ({ page, site }) => {
    await expect(page.getByRole("region", { name: "Not open to the internet yet" })).toBeVisible();
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await wider()).toBeLessThanOrEqual(0);
    await page.screenshot({ path: "ui/e2e/results/unconfirmed-phone.png" });
    await page.goto(`${site.url}endpoints`);
    await expect(page.getByText("Open: checks nothing").filter({ visible: true })).toBeVisible();
    expect(await wider()).toBeLessThanOrEqual(0);
    await page.screenshot({ path: "ui/e2e/results/open-endpoints-phone.png" });
    await page.goto(`${site.url}endpoints/${site.first.id}`);
    await expect(page.getByRole("button", { name: "Open it to the internet" })).toBeVisible();
    expect(await wider()).toBeLessThanOrEqual(0);
    await page.screenshot({ path: "ui/e2e/results/open-endpoint-phone.png" });
  });
});
