import { Dashboard } from "./dashboard";
import { expect, test } from "./fixtures";

// Recording every element on the way takes longer than scrolling.
test.use({ trace: "off" });

const count = 50_000;

test("50,000 deliveries are scrolled with a bounded document", async ({ page, site }) => {
  test.setTimeout(600_000);
  const dashboard = new Dashboard(page, site.url);
  let next = 0;
  const send = async () => {
    for (let n = next++; n < count; n = next++) await site.hookbeam.send(site.first, { path: `/n${n}` });
  };
  await Promise.all(Array.from({ length: 16 }, send));
  await dashboard.open();
  await expect(dashboard.rows.first()).toBeVisible();

  const { rows, most } = await dashboard.scrollToTheEnd("/n0");
  process.stdout.write(`    ${rows} rows, at most ${most} elements in the list\n`);
  expect(rows).toBeGreaterThanOrEqual(count);
  expect(most).toBeLessThan(600);
});
