import type { Browser, Locator } from "@playwright/test";
import { violations } from "./axe";
import { expect, test } from "./fixtures";
import type { Hookbeam } from "./hookbeam";
import { created, type SentEvent, Shop, succeeded } from "./shop";
import { signedByStripe } from "./stripe";

const picture = (name: string) => `ui/e2e/results/customers-page-${name}.png`;
const languages = ["en", "de", "fr", "es", "hi"];
const look = { name: "Acme Store", color: "#0d6e5c", back: "https://shop.example/" };

/** What a person reads on a page, in order, and what decides its marks. */
const readable = (main: Locator) =>
  main.evaluate((element) => ({
    ...{ ...(element as HTMLElement).dataset },
    marks: [...element.querySelectorAll(".disc path")]
      .filter((path) => getComputedStyle(path).display !== "none")
      .map((path) => path.getAttribute("d")),
    colour: getComputedStyle(element.querySelector(".disc") as Element).color,
    lines: [...element.querySelectorAll("header, .test, h1, .sum span, .say, dt, dd, li, .small, .back")]
      .filter((line) => getComputedStyle(line).display !== "none" && line.textContent?.trim())
      .map((line) => line.textContent?.replace(/\s+/g, " ").trim()),
  }));

/** The same of the page that the holder of a link opens. */
async function payersPage(browser: Browser, hookbeam: Hookbeam, link: Record<string, unknown>, language: string) {
  const { url } = await hookbeam.api<{ url: string }>("POST", "/status-links", link);
  const context = await browser.newContext({ viewport: { width: 390, height: 760 } });
  const page = await context.newPage();
  await page.goto(`${url}?lang=${language}`);
  await expect(page.locator("#live-line")).toHaveAttribute("data-line", /live|done/); // the script has drawn times
  const read = await readable(page.locator("main"));
  await context.close();
  return read;
}

const of = (order: string, amount: number, change: Record<string, unknown> = {}) => ({
  ...{ amount, amount_received: amount, customer: "cus_Ada", metadata: { order_id: order } },
  ...change,
});

test("the preview is the payer's page, for every form of link and in every language", async ({
  page,
  browser,
  site,
}) => {
  const shop = await Shop.open(site.hookbeam);
  await site.hookbeam.api("PATCH", `/endpoints/${shop.endpoint.id}`, { statuses: { page: look } });
  // A session that asks for 70 euros, of which 15 are paid and the rest is held.
  const session: SentEvent = {
    type: "checkout.session.completed",
    ago: 35,
    object: {
      ...{ id: "cs_A37", object: "checkout.session", payment_intent: "pi_Gift", payment_status: "unpaid" },
      ...{ amount_total: 7000, client_reference_id: "A-37", status: "complete" },
    },
  };
  await shop.sendAll("pi_Gift", { ...created, object: of("A-37", 1500, { amount_received: 0 }) }, session);
  await shop.send("pi_Gift", { ...succeeded, object: of("A-37", 1500) });
  await shop.send("pi_Card", {
    type: "payment_intent.amount_capturable_updated",
    ago: 20,
    object: of("A-37", 5500, { amount_capturable: 5500, amount_received: 0, status: "requires_capture" }),
  });
  await page.goto(`${site.url}statuses`);
  await page.getByRole("row", { name: /A-37/ }).first().click();
  await page.getByRole("tab", { name: "What the customer sees" }).click();
  const forms = page.getByRole("region", { name: "The link names" }).getByRole("button");
  await expect(forms).toHaveCount(4);
  const preview = page.getByRole("region", { name: "What the customer sees" });
  const subjects: string[] = [];
  for (const form of await forms.all()) {
    const subject = await form.locator(".font-mono").innerText();
    subjects.push(subject.replace(/\/.*/, ""));
    await form.click();
    for (const language of languages) {
      await page.getByLabel("Language").selectOption(language);
      const link = { endpoint: shop.endpoint.id, subject };
      const theirs = await payersPage(browser, site.hookbeam, link, language);
      await expect(async () => expect(await readable(preview.locator("payer-page"))).toEqual(theirs)).toPass();
      const title = form.getByText(await preview.locator("h1").innerText(), { exact: true });
      await expect(title).toBeVisible();
    }
  }
  expect(subjects.sort()).toEqual(["checkout", "order", "payment", "payment"]);
  expect(await violations(page)).toEqual([]);
  const { id } = await site.hookbeam
    .api<{ statuses: { id: string }[] }>("GET", "/statuses?q=A-37")
    .then(({ statuses }) => statuses[0] ?? { id: "" });
  const { impressions } = await site.hookbeam.api<{ impressions: { by: string }[] }>("GET", `/statuses/${id}`);
  expect(impressions.filter(({ by }) => by !== "socket" && by !== "page")).toEqual([]);
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("two accounts have one number, and a link names one of them", async ({ page, browser, site }) => {
      const secret = "whsec_of-two-accounts-0123456789ab";
      const made = { name: "platform", provider: "stripe", secrets: [{ label: "live", value: secret }] };
      const endpoint = await site.hookbeam.api<{ id: string; name: string; url: string }>("POST", "/endpoints", made);
      for (const [account, amount] of [
        ["acct_north", 4900],
        ["acct_south", 9900],
      ] as const) {
        const object = { id: `pi_${account}`, object: "payment_intent", currency: "eur", ...of("500", amount) };
        const event = { id: `evt_${account}`, object: "event", type: "payment_intent.succeeded", account };
        const body = JSON.stringify({
          ...{ ...event, created: Math.floor(Date.now() / 1000), livemode: true },
          data: { object: { ...object, status: "succeeded", livemode: true } },
        });
        await site.hookbeam.send(endpoint, { body, headers: signedByStripe(secret, body) });
      }
      await page.goto(`${site.url}statuses`);
      await page.getByRole("row", { name: /500.*€99\.00/ }).click();
      await page.getByRole("tab", { name: "What the customer sees" }).click();
      const names = page.getByRole("region", { name: "The link names" });
      const preview = page.getByRole("region", { name: "What the customer sees" });
      await names.getByRole("button", { name: "The order number without an account" }).click();
      await expect(preview).toContainText("We cannot tell which payment is yours");
      await names.getByRole("button", { name: "The order number in acct_north" }).click();
      await expect(preview).toContainText("€49.00");
      await names.getByRole("button", { name: "The order number in acct_south" }).click();
      await expect(preview).toContainText("€99.00");
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: picture(`accounts-${theme}`) });
      await page.getByRole("button", { name: "Copy status link" }).click();
      const url = await page.locator("code", { hasText: "/status/" }).innerText();
      const phone = await browser.newPage({ locale: "en-GB" });
      await phone.goto(url);
      await expect(phone.locator("#amount")).toHaveText("€99.00");
      await phone.close();
    });
  });
}
