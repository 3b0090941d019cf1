import { corpus } from "./corpus";
import { Dashboard } from "./dashboard";
import { everyView } from "./every-view";
import { expect, test } from "./fixtures";

// Recording would fetch what images show, which the content policy reports.
test.use({ trace: "off" });

const requests = corpus();

// The page fixture fails the test on any dialog, error, policy report or request elsewhere; hit() and /hookbeam-hit are
// what the requests would call if one of them came alive.
test(`${requests.length} hostile requests are shown as text and do nothing`, async ({ page, site }) => {
  test.setTimeout(900_000);
  expect(requests.length).toBeGreaterThanOrEqual(200);
  const hits: string[] = [];
  await page.exposeFunction("hit", () => hits.push("script ran"));
  page.on("request", (request) => {
    if (request.url().includes("hookbeam-hit")) hits.push(request.url());
  });

  await new Dashboard(page, site.url).open();
  for (const { what, ...request } of requests) {
    await test.step(what, async () => {
      const stored = await site.hookbeam.send(site.first, request);
      const views = await everyView(page, site.url, stored);
      expect(views.length, `${what}: headers, verdict, and at least one view of its body`).toBeGreaterThan(2);
      for (const { view, foreign } of views) expect(foreign, `${what}: ${view}`).toEqual([]);
      expect(hits, what).toEqual([]);
    });
  }
});
