import type { Page } from "@playwright/test";
import { violations } from "./axe";
import { Dashboard } from "./dashboard";
import { fill } from "./examples";
import { expect, test } from "./fixtures";
import type { Hookbeam } from "./hookbeam";

/** Each screen, and how one gets there. */
const screens: Record<string, (page: Page, dashboard: Dashboard, hookbeam: Hookbeam) => Promise<void>> = {
  "the list": async (_, dashboard) => dashboard.open(),
  "a delivery's body": async (_, dashboard, hookbeam) => dashboard.showNewest(hookbeam, "Body"),
  "a delivery's headers": async (_, dashboard, hookbeam) => dashboard.showNewest(hookbeam, "Headers"),
  "a delivery's verdict": async (_, dashboard, hookbeam) => dashboard.showNewest(hookbeam, "Verdict"),
  "a filter without a match": async (_, dashboard) => dashboard.open("deliveries?method=TRACE"),
  endpoints: async (_, dashboard) => dashboard.open("endpoints"),
  "a new endpoint": async (_, dashboard) => dashboard.open("endpoints/new"),
  "an endpoint": async (_, dashboard, hookbeam) => dashboard.open(`endpoints/${(await hookbeam.first()).id}`),
  settings: async (_, dashboard) => dashboard.open("settings"),
  "the keys": async (page, dashboard) => {
    await dashboard.open();
    await expect(dashboard.rows.first()).toBeVisible();
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toBeVisible();
  },
  "the palette": async (page, dashboard) => {
    await dashboard.open();
    await expect(dashboard.rows.first()).toBeVisible();
    await page.keyboard.press("ControlOrMeta+k");
    await expect(page.getByRole("dialog")).toBeVisible();
  },
  "an address that does not exist": async (_, dashboard) => dashboard.open("no/such/page"),
};

for (const theme of ["light", "dark"] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("axe finds nothing on the first page and on the login", async ({ page, browser, site }) => {
      await expect(page.getByRole("heading", { name: /waiting/i })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const stranger = await browser.newPage({ colorScheme: theme });
      await stranger.goto(`${site.url}login`);
      expect(await violations(stranger)).toEqual([]);
      await stranger.goto(`${site.url}login/used-code-of-yesterday`);
      expect(await violations(stranger)).toEqual([]);
      await stranger.close();
    });

    test("axe finds nothing on any screen", async ({ page, site }) => {
      site.expected.push(/status of 404/); // the address that does not exist
      const dashboard = new Dashboard(page, site.url);
      await fill(site.hookbeam);
      for (const [name, go] of Object.entries(screens)) {
        await test.step(name, async () => {
          await go(page, dashboard, site.hookbeam);
          await dashboard.settled();
          expect(await violations(page), name).toEqual([]);
        });
      }
    });
  });
}
