import { corpus } from "./corpus";
import { Dashboard } from "./dashboard";
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

  const dashboard = new Dashboard(page, site.url);
  const look = async (what: string) => {
    expect(hits, what).toEqual([]);
    expect(await dashboard.foreignElements(), what).toEqual([]);
  };
  await dashboard.open();
  for (const { what, ...request } of requests) {
    await test.step(what, async () => {
      const stored = await site.hookbeam.send(site.first, request);
      await dashboard.move(stored, "Headers");
      await look(`${what}, its headers`);
      await dashboard.move(stored, "Verdict");
      await look(`${what}, its verdict`);
      await dashboard.move(stored, "Body");
      await dashboard.eachBodyView((view) => look(`${what}, its body: ${view}`));
    });
  }
});

test("a body is downloaded byte for byte and never opened", async ({ page, site }) => {
  const body = Buffer.from("\u0000<script>alert(1)</script>\r\n\u00ff", "latin1");
  const { id } = await site.hookbeam.send(site.first, { body, headers: { "Content-Type": "text/html" } });
  const answer = await page.request.get(`${site.url}api/v1/deliveries/${id}/body`);
  expect(await answer.body()).toEqual(body);
  expect(answer.headers()).toMatchObject({
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${id}.bin"`,
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
    "cache-control": expect.stringContaining("no-store"),
  });
});
