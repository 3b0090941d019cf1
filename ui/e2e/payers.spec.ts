import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import type { Hookbeam } from "./hookbeam";
import { type Sender, senders } from "./senders";

/** A payer's phone, and the page that they were sent to. */
async function payer(
  browser: Browser,
  hookbeam: Hookbeam,
  sender: Sender,
  order: string,
  script = true,
): Promise<Page> {
  const body = { endpoint: sender.endpoint.id, subject: `order/${order}` };
  const { url } = await hookbeam.api<{ url: string }>("POST", "/status-links", body);
  const context = await browser.newContext({
    ...{ viewport: { width: 390, height: 760 }, javaScriptEnabled: script, locale: "en-GB" },
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

const status = (page: Page) => page.getByRole("status");
const line = (page: Page) => page.locator("#live-line");

for (const [name, open] of Object.entries(senders)) {
  test.describe(`a payment by ${name}`, () => {
    test("is right in a page that was opened before, during and after it", async ({ browser, site }) => {
      const sender = await open(site.hookbeam);
      const before = await payer(browser, site.hookbeam, sender, "10-1");
      await expect(status(before)).toHaveText("Waiting for your payment");
      await expect(line(before)).toHaveAttribute("data-line", "live");
      await sender.begin("10-1");
      await expect(status(before)).toHaveText(sender.meanwhile);
      const during = await payer(browser, site.hookbeam, sender, "10-1");
      await expect(status(during)).toHaveText(sender.meanwhile);
      await sender.pay("10-1");
      await expect(status(before)).toHaveText("Payment received");
      await expect(status(during)).toHaveText("Payment received");
      const after = await payer(browser, site.hookbeam, sender, "10-1");
      await expect(status(after)).toHaveText("Payment received");
      for (const page of [before, during, after]) {
        await expect(page.locator("#amount")).toHaveText("€49.00");
        await expect(page.getByText("Order 10-1")).toBeVisible();
      }
    });

    test("is seen without JavaScript", async ({ browser, site }) => {
      const sender = await open(site.hookbeam);
      const page = await payer(browser, site.hookbeam, sender, "10-2", false);
      await expect(status(page)).toHaveText("Waiting for your payment");
      await sender.begin("10-2");
      await expect(status(page)).toHaveText(sender.meanwhile);
      await sender.pay("10-2");
      await expect(status(page)).toHaveText("Payment received");
      await expect(page.getByText("refreshes itself")).toHaveCount(0);
    });

    test("is right after the server was killed and started again", async ({ browser, site }) => {
      const sender = await open(site.hookbeam);
      const page = await payer(browser, site.hookbeam, sender, "10-4");
      await sender.begin("10-4");
      await expect(status(page)).toHaveText(sender.meanwhile);
      await site.hookbeam.kill();
      await expect(line(page)).not.toHaveAttribute("data-line", "live");
      await site.hookbeam.run();
      await sender.pay("10-4");
      await expect(status(page)).toHaveText("Payment received", { timeout: 45_000 });
      const anew = await payer(browser, site.hookbeam, sender, "10-4");
      await expect(status(anew)).toHaveText("Payment received");
    });

    test.describe("with a cable that can be pulled", () => {
      test.use({ cable: true });

      test("is right when the phone comes out of the pocket", async ({ browser, site }) => {
        const sender = await open(site.hookbeam);
        const page = await payer(browser, site.hookbeam, sender, "10-3");
        await expect(line(page)).toHaveAttribute("data-line", "live");
        const session = await page.context().newCDPSession(page);
        await session.send("Page.setWebLifecycleState", { state: "frozen" });
        await site.proxy.cut(); // and nobody there to notice
        await sender.begin("10-3");
        await sender.pay("10-3");
        await site.proxy.restore();
        await session.send("Page.setWebLifecycleState", { state: "active" });
        await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
        await expect(status(page)).toHaveText("Payment received");
      });

      test("is right when the network is back", async ({ browser, site }) => {
        const sender = await open(site.hookbeam);
        const page = await payer(browser, site.hookbeam, sender, "10-5");
        await expect(line(page)).toHaveAttribute("data-line", "live");
        await site.proxy.cut();
        await sender.begin("10-5");
        await sender.pay("10-5");
        await expect(status(page)).toHaveText("Waiting for your payment");
        await site.proxy.restore();
        await page.evaluate(() => dispatchEvent(new Event("online")));
        await expect(status(page)).toHaveText("Payment received");
      });

      test("is right where sockets are blocked", async ({ browser, site }) => {
        const sender = await open(site.hookbeam);
        site.proxy.refuseSockets(true);
        const page = await payer(browser, site.hookbeam, sender, "10-6");
        await expect(line(page)).toHaveAttribute("data-line", "polling", { timeout: 45_000 });
        await sender.begin("10-6");
        await expect(status(page)).toHaveText(sender.meanwhile);
        await sender.pay("10-6");
        await expect(status(page)).toHaveText("Payment received");
      });
    });
  });
}
