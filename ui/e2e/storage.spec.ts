import { violations } from "./axe";
import { fill } from "./examples";
import { expect, test } from "./fixtures";

for (const theme of ["light", "dark"] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("settings say what is kept, and that none of it is damaged", async ({ page, site }) => {
      await fill(site.hookbeam);
      const kept = (await site.hookbeam.deliveries()).length;

      await page.goto(`${site.url}settings`);
      const fact = (name: string) =>
        page
          .locator("dl > div")
          .filter({ has: page.getByText(name, { exact: true }) })
          .getByRole("definition");
      await expect(fact("Deliveries")).toContainText(new RegExp(`^${kept} .* of .*[GM]B`));
      await expect(fact("Event ids")).toContainText("None forgotten.");
      await expect(fact("Damaged records")).toHaveText("None found since the start");
      await expect(page.getByRole("heading", { name: "Refused" })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/storage-${theme}.png` });
    });

    test("a proxy that is not trusted is warned of, and a dot leads there", async ({ page, site }) => {
      await site.hookbeam.api("POST", `/endpoints/${site.first.id}/confirm`);
      for (let n = 0; n < 3; n++)
        await site.hookbeam.send(site.first, { headers: { "X-Forwarded-For": "203.0.113.7" } });
      await page.reload();
      const link = page
        .getByRole("complementary", { name: "Side bar" })
        .getByRole("link", { name: /^Settings, \d+ warning/ });
      await expect(link).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await link.click();
      await expect(page.getByRole("region", { name: "A proxy is not trusted" })).toContainText("--trusted-proxy");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/warnings-${theme}.png` });
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("what is kept fits", async ({ page, site }) => {
    await page.goto(`${site.url}settings`);
    await expect(page.getByRole("heading", { name: "Storage" })).toBeVisible();
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    await page.screenshot({ path: "ui/e2e/results/storage-phone.png", fullPage: true });
  });
});
