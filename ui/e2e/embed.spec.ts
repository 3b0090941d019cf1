import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { created, Shop, succeeded } from "./shop";

/** A shop's own page on an origin of its own, under a policy as strict as can be. */
async function shopPage(html: string, policy: string): Promise<{ origin: string; close(): void }> {
  const server = http.createServer((_, answer) => {
    answer.setHeader("Content-Security-Policy", `default-src 'none'; require-trusted-types-for 'script'; ${policy}`);
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="de"><title>Shop</title><link rel="icon" href="data:,"><body>${html}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

/** A customer's page, and what their browser complained of. */
async function customer(browser: Browser): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}

interface Link {
  url: string;
  token: string;
}

test("the element shows a payment in a shop's page under the strictest policy", async ({ browser, site }) => {
  const shop = await Shop.open(site.hookbeam);
  const subject = { endpoint: shop.endpoint.id, subject: "payment/pi_1", expires_in: "1h" };
  const { token } = await site.hookbeam.api<Link>("POST", "/status-links", subject);
  const { origin } = new URL(site.url);
  const policy = `script-src ${origin}; connect-src ${origin} ${origin.replace("http", "ws")}; img-src data:`;
  const html = `<script type="module" src="${site.url}embed/hookbeam.js"></script>
    <payment-status token="${token}"></payment-status>`;
  const theirs = await shopPage(html, policy);
  const { page, complaints } = await customer(browser);
  await page.goto(theirs.origin);
  await expect(page.getByRole("status")).toContainText("Wir warten auf Ihre Zahlung");
  await shop.sendAll("pi_1", created, succeeded);
  await expect(page.getByRole("status")).toContainText("Zahlung eingegangen");
  await expect(page.getByRole("status")).toContainText("49,00");
  const box = page.locator("payment-status [part~=box]");
  await expect(box).toHaveCSS("display", "flex");
  await expect(box).toHaveAttribute("part", "box tone-success state-paid");
  expect(complaints).toEqual([]);
  theirs.close();
});

test("the status page is whole by itself although it was opened before the payment", async ({ browser, site }) => {
  const shop = await Shop.open(site.hookbeam);
  const subject = { endpoint: shop.endpoint.id, subject: "payment/pi_2", expires_in: "1h" };
  const { url } = await site.hookbeam.api<Link>("POST", "/status-links", subject);
  const { page, complaints } = await customer(browser);
  await page.goto(`${url}?lang=en`);
  const before = await page.getByRole("status").textContent();
  await expect(page.locator("#live-line")).toHaveAttribute("data-line", "live");
  await shop.sendAll("pi_2", created, succeeded);
  await expect(page.getByRole("status")).not.toHaveText(before ?? "");
  await expect(page.locator("#amount")).toHaveText("€49.00");
  await expect(page.getByRole("listitem").last()).toHaveAttribute("aria-current", "step");
  const live = { title: await page.title(), text: await page.locator("main").innerText() };
  await page.reload();
  await expect(page.locator("#amount")).toHaveText("€49.00");
  expect({ title: await page.title(), text: await page.locator("main").innerText() }).toEqual(live);
  expect(complaints).toEqual([]);
});

test("the status page in a frame tells the shop's page, and is in no other's", async ({ browser, site }) => {
  const shop = await Shop.open(site.hookbeam);
  const subject = { endpoint: shop.endpoint.id, subject: "payment/pi_3", expires_in: "1h" };
  const { url } = await site.hookbeam.api<Link>("POST", "/status-links", subject);
  const theirs = await shopPage(
    `<iframe src="${url}"></iframe>`,
    `frame-src ${new URL(site.url).origin}; img-src data:`,
  );
  const embed = { statuses: { page: { embed: [theirs.origin] } } };
  await site.hookbeam.api("PATCH", `/endpoints/${shop.endpoint.id}`, embed);
  const { page, complaints } = await customer(browser);
  await page.addInitScript(() => {
    const messages: unknown[] = [];
    Object.assign(window, { messages });
    addEventListener("message", ({ data }) => messages.push(data.status));
  });
  await page.goto(theirs.origin);
  await expect(page.frameLocator("iframe").locator("#live-line")).toHaveAttribute("data-line", "live");
  await shop.sendAll("pi_3", created, succeeded);
  const messages = () => page.evaluate(() => (window as unknown as { messages: string[] }).messages);
  await expect.poll(async () => (await messages()).at(-1)).toBe("paid");
  expect((await messages())[0]).toBe("waiting");
  expect(complaints).toEqual([]);
  theirs.close();
});

test("the status page survives a restart of the server, and says when its link has ended", async ({
  browser,
  site,
}) => {
  const shop = await Shop.open(site.hookbeam);
  const subject = { endpoint: shop.endpoint.id, subject: "payment/pi_4", expires_in: "15s" };
  const { url } = await site.hookbeam.api<Link>("POST", "/status-links", subject);
  const { page } = await customer(browser);
  await page.goto(url);
  const line = page.locator("#live-line");
  await expect(line).toHaveAttribute("data-line", "live");
  await site.hookbeam.kill();
  await expect(line).toHaveAttribute("data-line", "offline");
  await site.hookbeam.run();
  await expect(line).toHaveAttribute("data-line", "live");
  await shop.sendAll("pi_4", created);
  await expect(page.locator("#status")).toHaveAttribute("data-state", "pending");
  await expect(line).toHaveAttribute("data-line", "gone", { timeout: 30_000 });
  await expect(page.locator("#status")).toHaveAttribute("data-state", "pending");
});
