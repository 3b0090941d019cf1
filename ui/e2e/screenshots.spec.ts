import { fileURLToPath } from "node:url";
import { Dashboard } from "./dashboard";
import { fill } from "./examples";
import { expect, test } from "./fixtures";

const results = (name: string) => fileURLToPath(new URL(`results/${name}.png`, import.meta.url));
const readme = fileURLToPath(new URL("../../docs/dashboard.png", import.meta.url));

for (const [name, options] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "phone-light": { colorScheme: "light", viewport: { width: 390, height: 844 } },
  "phone-dark": { colorScheme: "dark", viewport: { width: 390, height: 844 } },
} as const)) {
  test.describe(name, () => {
    test.use(options);

    test(`pictures: ${name}`, async ({ page, site }) => {
      const dashboard = new Dashboard(page, site.url);
      await expect(page.getByRole("heading", { name: /waiting/i })).toBeVisible();
      await page.screenshot({ path: results(`first-run-${name}`) });
      await fill(site.hookbeam);

      await dashboard.open();
      await dashboard.settled();
      await page.screenshot({ path: results(`deliveries-${name}`) });
      await dashboard.showNewest(site.hookbeam, "Body");
      await dashboard.settled();
      await page.screenshot({ path: results(`delivery-${name}`) });
      // The picture in the README changes only when asked for, so that a test run leaves nothing to commit.
      if (name === "light" && process.env["HOOKBEAM_PICTURE"]) await page.screenshot({ path: readme });
      for (const place of ["endpoints", "settings"]) {
        await dashboard.open(place);
        await dashboard.settled();
        await page.screenshot({ path: results(`${place}-${name}`) });
      }
    });
  });
}
