import { createHmac } from "node:crypto";
import { violations } from "./axe";
import { expect, test } from "./fixtures";
import type { Delivery, Endpoint } from "./hookbeam";

const phone = { width: 390, height: 844 };

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("an endpoint waits for its sender's secret when somebody asks for it, and takes it once", async ({
  page,
  site,
}) => {
  const endpoint = await site.hookbeam.api<Endpoint>("POST", "/endpoints", { name: "tasks", provider: "asana" });
  await page.goto("about:blank");
  await site.hookbeam.kill(); // the ten minutes after the creation are over with a restart
  await site.hookbeam.run();
  await page.goto(`${site.url}endpoints/${endpoint.id}`);
  const asks = page.getByRole("region", { name: "The sender brings its secret" });
  await expect(asks).toBeVisible();
  await asks.getByRole("button", { name: "Wait for the handshake" }).click();
  const waits = page.getByRole("region", { name: "Waiting for the sender’s secret" });
  await expect(waits).toContainText("Until");
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize(phone);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: "ui/e2e/results/handshake-phone.png" });

  const secret = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
  const shake = async (value: string) =>
    (await page.request.post(endpoint.url, { headers: { "X-Hook-Secret": value } })).status();
  expect(await shake(secret)).toBe(200);
  await expect(waits).toBeHidden();
  await expect(page.getByLabel("Label of secret handshake")).toBeVisible();
  await expect(asks).toBeHidden();
  expect(await shake("0".repeat(64))).toBe(404);
});

test("a subscription is confirmed by a person, and only then is its address visited", async ({ page, site }) => {
  const secret = "0123456789abcdef0123";
  const endpoint = await site.hookbeam.api<Endpoint>("POST", "/endpoints", {
    name: "topic",
    provider: "generic-hmac",
    secrets: [{ label: "live", value: secret }],
    settings: {
      challenge: "visit-url",
      challenge_field: "SubscribeURL",
      challenge_host: "sns.*.amazonaws.com",
      challenge_when: "body:Type=SubscriptionConfirmation",
    },
  });
  const url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
  const body = JSON.stringify({ Type: "SubscriptionConfirmation", SubscribeURL: url });
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = { "X-Signature": signature, "Content-Type": "application/json" };
  expect((await page.request.post(endpoint.url, { data: body, headers })).status()).toBe(200);
  const [delivery] = await site.hookbeam.deliveries();
  // The server would visit an address of Amazon. What it answers after the visit is this test's.
  const visits: string[] = [];
  await page.route("**/api/v1/deliveries/*/visit", (route) => {
    visits.push(new URL(route.request().url()).pathname);
    return route.fulfill({ json: { host: "sns.eu-central-1.amazonaws.com", status: visits.length === 1 ? 403 : 200 } });
  });
  await page.setViewportSize(phone);
  await page.goto(`${site.url}deliveries/${(delivery as Delivery).id}?tab=verdict`);
  const note = page.getByRole("region", { name: "The sender waits for a confirmation" });
  await expect(note).toBeVisible();
  await expect(page.getByText(url)).toBeVisible();
  expect(visits).toEqual([]);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: "ui/e2e/results/confirm-visit-phone.png" });
  const confirm = note.getByRole("button", { name: "Confirm the subscription" });
  await confirm.click();
  await expect(page.getByText("The sender answered 403, so the subscription is not confirmed.")).toBeVisible();
  await confirm.click();
  await expect(page.getByText("Confirmed. The sender can send events now.")).toBeVisible();
  expect(visits).toHaveLength(2);
});
