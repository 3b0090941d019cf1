import type { Page } from "@playwright/test";
import { violations } from "./axe";
import { chooseSender } from "./catalogue";
import { expect, test } from "./fixtures";
import { signedByStripe } from "./stripe";

const secret = "whsec_of-the-shop-0123456789abcdef";

/** Makes an endpoint for Stripe as a person does, with the key that was pasted. */
async function makeStripe(page: Page, url: string, pasted: string) {
  await page.goto(`${url}endpoints/new`);
  await chooseSender(page, "Stripe");
  await expect(page.getByLabel("Name")).toHaveValue("stripe");
  await expect(page.getByRole("list", { name: "How to set up Stripe" })).toContainText("signing secret");
  await page.getByRole("button", { name: "Add a secret" }).click();
  await page.getByLabel("Value of secret live").fill(pasted);
  await page.getByLabel("Value of secret live").blur();
}

for (const theme of ["light", "dark"] as const) {
  test.describe(`${theme}`, () => {
    test.use({ colorScheme: theme, contextOptions: { reducedMotion: "reduce" } });

    test("a sender is chosen and set up, and the first delivery says that it works", async ({ page, site }) => {
      await makeStripe(page, site.url, "sk_live_0123456789abcdefghij");
      const value = page.getByLabel("Value of secret live");
      await expect(page.getByText(/looks like an API secret key/)).toBeVisible();
      await expect(page.getByRole("button", { name: "Use it anyway" })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/set-up-${theme}.png` });

      await value.fill("not-usual-but-long-enough");
      await value.blur();
      await expect(page.getByText(/usually begins with whsec_/)).toBeVisible();
      await value.fill(secret);
      await value.blur();
      await expect(page.getByText(/usually begins/)).toBeHidden();
      await page.getByRole("button", { name: "Create endpoint" }).click();

      const seen = page.getByRole("status", { name: "What came last" });
      await expect(seen).toContainText("Waiting for the first delivery");
      expect(await violations(page)).toEqual([]);
      await page.getByLabel("Type of the sample").selectOption("charge.refunded");
      await page.getByRole("button", { name: "Send a sample" }).click();
      await expect(seen).toContainText("charge.refunded came, verified with “live”. It works.");
      await page.screenshot({ path: `ui/e2e/results/set-up-works-${theme}.png` });
    });

    test("a wrong secret is found out, put right, and what was rejected is released", async ({ page, site }) => {
      await makeStripe(page, site.url, "whsec_of-another-shop-0123456789");
      await page.getByRole("button", { name: "Create endpoint" }).click();
      const pane = page.getByRole("complementary", { name: "Endpoint" });
      const address = await pane.getByText(/\/in\/stripe-/).innerText();
      const other = { name: "shop-test", provider: "stripe", secrets: [{ label: "test", value: secret }] };
      await site.hookbeam.api("POST", "/endpoints", other);

      await page.goto(`${site.url}deliveries`);
      const body = JSON.stringify({ id: "evt_1", object: "event", type: "payment_intent.succeeded", livemode: false });
      const answer = await page.request.post(address, { data: body, headers: signedByStripe(secret, body) });
      expect(answer.status()).toBe(401);
      const row = page.getByRole("row", { name: /payment_intent.succeeded/ });
      await expect(row).toContainText("wrong signature");
      await row.click();
      await page.getByRole("tab", { name: "Verdict" }).click();
      const diagnosis = page.getByRole("region", { name: "Diagnosis" });
      await expect(diagnosis).toContainText('The secret "test" of your endpoint "shop-test" matches.');
      await expect(page.getByText("Failed: The signature does not match")).toBeVisible();
      expect(await page.content()).not.toContain(secret);
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/diagnosis-${theme}.png` });

      await diagnosis.getByRole("link", { name: "Open this endpoint’s secrets" }).click();
      await page.getByRole("button", { name: "Add a secret" }).click();
      await page.getByLabel("Label of secret new").fill("right");
      await page.getByLabel("Value of secret right").fill(secret);
      await page.getByRole("button", { name: "Save" }).click();
      const offer = page.getByRole("region", { name: "1 rejected delivery would verify now" });
      await expect(offer).toBeInViewport();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `ui/e2e/results/would-verify-${theme}.png` });
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await offer.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `ui/e2e/results/would-verify-phone-${theme}.png` });
      await offer.getByRole("button", { name: "Verify again" }).click();
      await expect(page.getByText("1 delivery is verified now")).toBeVisible();
      await expect(offer).toBeHidden();
      await page.setViewportSize({ width: 1280, height: 720 });

      await page.goto(`${site.url}deliveries`);
      await expect(row).toHaveCount(1);
      await expect(row).toContainText("released");
      await expect(row.getByRole("img", { name: "Verified" })).toBeVisible();
      await page.screenshot({ path: `ui/e2e/results/released-${theme}.png` });
    });
  });
}

test("the tries of one event are one row, and are told apart", async ({ page, site }) => {
  const made = { name: "shop", provider: "stripe", secrets: [{ label: "live", value: secret }] };
  const { url } = await site.hookbeam.api<{ url: string }>("POST", "/endpoints", made);
  await page.goto(`${site.url}deliveries`);
  const send = async (type: string, ago = 0) => {
    const body = JSON.stringify({ id: "evt_1", type });
    const answer = await page.request.post(url, { data: body, headers: signedByStripe(secret, body, ago) });
    expect(answer.status()).toBe(200);
  };
  await send("charge.failed", 60);
  await send("charge.failed", 30);
  const row = page.getByRole("row", { name: /charge/ });
  await expect(row).toContainText("2nd try");
  await send("charge.expired");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("3rd try, body differs");
  await page.reload();
  await expect(row).toHaveCount(1);
  await row.click();
  await page.getByRole("tab", { name: "Verdict" }).click();
  await expect(page.getByRole("heading", { name: "3 tries of one event" })).toBeVisible();
  await expect(page.getByText(/^differs: body, .*Stripe-Signature$/)).toBeVisible();
  await page.screenshot({ path: "ui/e2e/results/tries.png" });
  await page.getByRole("link", { name: "#1", exact: true }).click();
  await expect(page.getByRole("heading", { name: "charge.failed" })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the form for an endpoint fits", async ({ page, site }) => {
    await makeStripe(page, site.url, secret);
    await page.screenshot({ path: "ui/e2e/results/set-up-phone.png" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(wide).toBe(false);
  });
});
