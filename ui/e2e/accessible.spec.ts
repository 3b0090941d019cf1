import type { Page } from "@playwright/test";
import { violations } from "./axe";
import { Dashboard } from "./dashboard";
import { fill } from "./examples";
import { expect, test } from "./fixtures";
import type { Hookbeam } from "./hookbeam";
import { created, Shop, succeeded } from "./shop";

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
  operations: async (_, dashboard) => dashboard.open("operations"),
  settings: async (_, dashboard) => dashboard.open("settings"),
  "a new token": async (page, dashboard) => {
    await dashboard.open("settings");
    await page.getByRole("button", { name: "New token" }).click();
    await expect(page.getByRole("button", { name: "Create token" })).toBeVisible();
  },
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

    test("hovered and selected rows, and what stands on a sunken background, can be read", async ({ page, site }) => {
      const shop = await Shop.open(site.hookbeam);
      for (const payment of ["pi_One", "pi_Two", "pi_Three"]) await shop.sendAll(payment, created, succeeded);
      for (const [path, grid] of [
        ["statuses", "Statuses"],
        ["deliveries", "Deliveries"],
      ] as const) {
        await page.goto(`${site.url}${path}`);
        const rows = page.getByRole("grid", { name: grid }).getByRole("row");
        await rows.nth(1).click();
        await expect(rows.nth(1)).toHaveAttribute("aria-selected", "true");
        await expect(page.getByRole("tabpanel")).toBeVisible();
        await rows.nth(0).hover();
        expect(await violations(page), `${path}, a row hovered, another selected`).toEqual([]);
        await rows.nth(1).hover();
        expect(await violations(page), `${path}, the selected row hovered`).toEqual([]);
      }
      await page.goto(`${site.url}statuses`);
      await page.getByRole("row", { name: /One/ }).click();
      await expect(page.getByRole("list", { name: "Names" })).toBeVisible(); // names stand on a sunken background
      await page.getByRole("tab", { name: "What the customer sees" }).click();
      const link = page.getByRole("button", { name: /payment\/pi_One/ });
      await link.hover();
      expect(await violations(page), "a link form, selected and hovered").toEqual([]);
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
